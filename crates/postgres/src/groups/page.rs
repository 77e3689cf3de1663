//! Pages, oldest first. Each statement walks one index from where the page before ended; `tests/it/plans.rs` holds them
//! to that.

use roster_domain::{ContactGroup, GroupId, Keyset, Page, Scope, Span};
use sqlx::PgPool;

use crate::keys::BELOW_ALL;
use crate::rows::{self, GroupRow};

/// The statement that reads a page under this condition.
macro_rules! page_where {
    ($condition:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            GroupRow,
            "SELECT id, client_id, title, is_default, created_at, updated_at, legacy_version, revision \
             FROM contact_groups WHERE user_id = $1 AND id > $2 AND " + $condition + " ORDER BY id LIMIT $3",
            $($argument),+
        )
    };
}

pub(super) async fn page(
    pool: PgPool,
    scope: Scope,
    span: Span,
    keyset: Keyset<GroupId>,
) -> sqlx::Result<Page<ContactGroup>> {
    let user = scope.user();
    let user = user.as_bytes().as_slice();
    let after = keyset.after.as_ref().map_or(BELOW_ALL, |id| id.as_bytes().as_slice());
    let rows = keyset.limit.rows() as i64 + 1;
    let rows = match (scope.client(), span) {
        (Some(client), _) => {
            page_where!("client_id = $4", user, after, rows, client.as_bytes().as_slice()).fetch_all(&pool).await?
        }
        (None, Span::OneClient) => {
            page_where!(
                "client_id = (SELECT c.id FROM clients c WHERE c.user_id = $1 AND c.is_default)",
                user,
                after,
                rows,
            )
            .fetch_all(&pool)
            .await?
        }
        (None, Span::AllClients) => page_where!("true", user, after, rows).fetch_all(&pool).await?,
    };
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}
