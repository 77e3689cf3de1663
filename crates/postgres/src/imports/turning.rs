//! Ending an import, letting it go on, and having it undone.

use roster_domain::ports::{EndTimes, Turned};
use roster_domain::{Import, ImportId, Scope};
use sqlx::PgPool;

use super::read;
use super::row::{ImportRow, import_set};

pub(super) async fn cancel(
    pool: &PgPool,
    scope: &Scope,
    id: ImportId,
    times: EndTimes,
) -> sqlx::Result<Option<Import>> {
    let cancelled = import_set!(
        pool,
        scope,
        id,
        "state = 'cancelled', ended_at = $4, expires_at = $5, lease_holder = NULL, lease_until = NULL, \
         is_untidy = is_dry_run OR staged_bytes > 0",
        "state IN ('receiving', 'waiting', 'running')",
        times.ended_at.to_utc(),
        times.expires_at.to_utc(),
    )?;
    match cancelled {
        Some(row) => Import::try_from(row).map(Some),
        None => read::get(pool, scope, id).await,
    }
}

pub(super) async fn resume(pool: &PgPool, scope: &Scope, id: ImportId) -> sqlx::Result<Turned> {
    let resumed = import_set!(
        pool,
        scope,
        id,
        "state = 'waiting', failure_code = NULL, failure_message = NULL, ended_at = NULL, expires_at = NULL",
        "source = 'staged' AND state = 'failed' AND staged_bytes > 0 AND NOT is_untidy",
    )?;
    turned(pool, scope, id, resumed).await
}

/// From now on its file is needed no more.
pub(super) async fn undo(pool: &PgPool, scope: &Scope, id: ImportId) -> sqlx::Result<Turned> {
    let undoing = import_set!(
        pool,
        scope,
        id,
        "state = 'undoing', undo_after = '', is_untidy = staged_bytes > 0",
        "state IN ('completed', 'failed', 'cancelled') AND NOT is_dry_run",
    )?;
    turned(pool, scope, id, undoing).await
}

async fn turned(pool: &PgPool, scope: &Scope, id: ImportId, row: Option<ImportRow>) -> sqlx::Result<Turned> {
    match row {
        Some(row) => Import::try_from(row).map(Turned::Done),
        None => Ok(read::get(pool, scope, id).await?.map_or(Turned::Absent, Turned::NotNow)),
    }
}
