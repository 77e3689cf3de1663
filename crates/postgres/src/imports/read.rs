//! What is to be seen of imports.

use roster_domain::{ContactId, Import, ImportId, Keyset, LeftAlone, LeftReason, Page, Scope};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use super::row::{ImportRow, import_rows, signed};
use crate::error::corrupt;
use crate::keys::{BELOW_ALL, client_bytes};
use crate::rows::{self, id};

pub(super) async fn get(executor: impl PgExecutor<'_>, scope: &Scope, id: ImportId) -> sqlx::Result<Option<Import>> {
    let (user, client) = (scope.user(), scope.client());
    import_rows!(
        ("SELECT"),
        ("FROM imports \
          WHERE user_id = $1 AND id = $2 AND client_id = COALESCE($3, client_id) AND state <> 'discarded'"),
        user.as_bytes().as_slice(),
        Uuid::from(id),
        client_bytes(client.as_ref()),
    )
    .fetch_optional(executor)
    .await?
    .map(Import::try_from)
    .transpose()
}

/// A page, newest first: along the client's index, or the user's.
pub(super) async fn page(pool: &PgPool, scope: &Scope, keyset: Keyset<ImportId>) -> sqlx::Result<Page<Import>> {
    let user = scope.user();
    // No import has the greatest of all UUIDs.
    let (before, rows) = (keyset.after.map_or(Uuid::max(), Uuid::from), keyset.limit.rows() as i64 + 1);
    let rows: Vec<ImportRow> = match scope.client() {
        Some(client) => {
            import_rows!(
                ("SELECT"),
                ("FROM imports WHERE user_id = $1 AND client_id = $2 AND id < $3 AND state <> 'discarded' \
                  ORDER BY id DESC LIMIT $4"),
                user.as_bytes().as_slice(),
                client.as_bytes().as_slice(),
                before,
                rows,
            )
            .fetch_all(pool)
            .await?
        }
        None => {
            import_rows!(
                ("SELECT"),
                ("FROM imports WHERE user_id = $1 AND id < $2 AND state <> 'discarded' ORDER BY id DESC LIMIT $3"),
                user.as_bytes().as_slice(),
                before,
                rows,
            )
            .fetch_all(pool)
            .await?
        }
    };
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}

pub(super) async fn report(pool: &PgPool, scope: &Scope, id: ImportId, part: u64) -> sqlx::Result<Option<Vec<u8>>> {
    let (user, client) = (scope.user(), scope.client());
    sqlx::query_scalar!(
        "SELECT r.lines FROM import_reports r \
         WHERE r.user_id = $1 AND r.import_id = $2 AND r.number = $4 AND EXISTS ( \
             SELECT FROM imports i \
             WHERE i.user_id = $1 AND i.id = $2 AND i.client_id = COALESCE($3, i.client_id) AND i.state <> 'discarded' \
         )",
        user.as_bytes().as_slice(),
        Uuid::from(id),
        client_bytes(client.as_ref()),
        signed(part),
    )
    .fetch_optional(pool)
    .await
}

pub(super) async fn left_alone(
    pool: &PgPool,
    scope: &Scope,
    import: ImportId,
    keyset: Keyset<ContactId>,
) -> sqlx::Result<Page<LeftAlone>> {
    let (user, client) = (scope.user(), scope.client());
    let rows = sqlx::query!(
        "SELECT c.contact_id, c.left_alone AS \"left_alone!\" FROM import_changes c \
         WHERE c.user_id = $1 AND c.import_id = $2 AND c.contact_id > $4 AND c.left_alone IS NOT NULL AND EXISTS ( \
             SELECT FROM imports i \
             WHERE i.user_id = $1 AND i.id = $2 AND i.client_id = COALESCE($3, i.client_id) AND i.state <> 'discarded' \
         ) \
         ORDER BY c.contact_id LIMIT $5",
        user.as_bytes().as_slice(),
        Uuid::from(import),
        client_bytes(client.as_ref()),
        keyset.after.as_ref().map_or(BELOW_ALL, |id| id.as_bytes().as_slice()),
        keyset.limit.rows() as i64 + 1,
    )
    .fetch_all(pool)
    .await?;
    let left = rows.into_iter().map(|row| {
        let reason = LeftReason::from_word(&row.left_alone).ok_or_else(|| corrupt("import_changes.left_alone"))?;
        Ok(LeftAlone { contact: id(&row.contact_id, "import_changes.contact_id")?, reason })
    });
    Ok(Page::of_one_more(left.collect::<sqlx::Result<_>>()?, keyset.limit))
}
