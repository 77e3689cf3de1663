//! Making an import.

use roster_domain::values::Region;
use roster_domain::{ClientId, Import, ImportSource, ImportState, Lease, NewImport, Scope, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::{ImportRow, import_rows, signed};
use crate::rows::id;

/// Keeps the scope's client there, or the user's default one, until the import stands: whoever deletes it discards the
/// import as well. With the region it is at home in; `None`: it is gone.
pub(super) async fn hold_client(
    connection: &mut PgConnection,
    scope: &Scope,
) -> sqlx::Result<Option<(ClientId, Option<Region>)>> {
    let user = scope.user();
    let held = match scope.client() {
        Some(client) => sqlx::query!(
            "SELECT id, region FROM clients WHERE user_id = $1 AND id = $2 FOR KEY SHARE",
            user.as_bytes().as_slice(),
            client.as_bytes().as_slice(),
        )
        .fetch_optional(connection)
        .await?
        .map(|row| (row.id, row.region)),
        None => sqlx::query!(
            "SELECT id, region FROM clients WHERE user_id = $1 AND is_default FOR KEY SHARE",
            user.as_bytes().as_slice(),
        )
        .fetch_optional(connection)
        .await?
        .map(|row| (row.id, row.region)),
    };
    held.map(|(client, region)| Ok((id(&client, "clients.id")?, region.map(Region::from_stored)))).transpose()
}

/// Makes an import of a client that is held. One whose file is handed over has none of it so far; another is under way
/// at once.
pub(super) async fn insert(
    connection: &mut PgConnection,
    user: UserId,
    client: ClientId,
    source: ImportSource,
    import: &NewImport,
    lease: Lease,
) -> sqlx::Result<Import> {
    let created_at = import.created_at.to_utc();
    let (state, bytes, started_at) = match source {
        ImportSource::Staged => (ImportState::Receiving, Some(0), None),
        ImportSource::Direct => (ImportState::Running, import.file.bytes.map(signed), Some(created_at)),
    };
    let row: ImportRow = import_rows!(
        ("INSERT INTO imports (user_id, id, client_id, source, state, is_dry_run, options, file_name, content_type, \
                               file_bytes, staged_bytes, is_untidy, report_parts, rows_read, rows_created, \
                               rows_updated, rows_unchanged, rows_skipped, rows_invalid, rows_reported, bytes_read, \
                               worked_millis, undo_removed, undo_restored, undo_left, lease_holder, lease_until, \
                               created_at, started_at) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $11, $12, \
                  $13, $14) \
          RETURNING"),
        (""),
        user.as_bytes().as_slice(),
        Uuid::from(import.id),
        client.as_bytes().as_slice(),
        source.as_str(),
        state.as_str(),
        import.is_dry_run,
        import.options,
        import.file.name,
        import.file.content_type,
        bytes,
        lease.holder.as_slice(),
        lease.until.to_utc(),
        created_at,
        started_at,
    )
    .fetch_one(connection)
    .await?;
    Import::try_from(row)
}
