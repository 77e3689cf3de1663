//! Imports that are over, some rows of each kind at a time.
//!
//! What belongs to an import goes before it, without its own row being locked: once it is at its end, or discarded,
//! nothing comes to it any more, whoever is still in the middle of a step.

use std::time::Duration;

use roster_domain::ports::{EndTimes, STEP_ROWS};
use roster_domain::{ImportFailure, Timestamp};
use sqlx::PgPool;

use super::sweep::swept;
use crate::imports::discard;
use crate::transaction::begin_bulk;

const STEP: i64 = STEP_ROWS as i64;

/// So many pieces of files, or parts of reports: each is hundreds of rows to the database.
pub(super) const STEP_LARGE: i64 = 64;

/// Whether there may be more.
pub(super) async fn sweep(pool: &PgPool, statement_timeout: Duration, due: EndTimes) -> sqlx::Result<bool> {
    let over = [
        fail_left_behind(pool, statement_timeout, due).await?,
        give_up_left_behind(pool, statement_timeout, due.ended_at).await?,
        forget(pool, statement_timeout, due.ended_at).await?,
    ];
    let large = [sweep_pieces(pool, statement_timeout).await?, sweep_reports(pool, statement_timeout).await?];
    let below = [
        sweep_drafts(pool, statement_timeout).await?,
        sweep_changes(pool, statement_timeout).await?,
        sweep_groups(pool, statement_timeout).await?,
    ];
    let rest = [tidy(pool, statement_timeout).await?, remove(pool, statement_timeout).await?];
    let is_whole_step = [over.as_slice(), &below, &rest].concat().into_iter().any(|rows| rows >= STEP_ROWS as u64);
    Ok(is_whole_step || large.into_iter().any(|rows| rows >= STEP_LARGE.unsigned_abs()))
}

/// Direct imports whose programs are gone.
async fn fail_left_behind(pool: &PgPool, statement_timeout: Duration, due: EndTimes) -> sqlx::Result<u64> {
    let ImportFailure { code, message } = ImportFailure::broke_off();
    swept!(
        pool,
        statement_timeout,
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT user_id, id FROM imports \
                WHERE state = 'running' AND source = 'direct' AND lease_until <= $1 LIMIT $3 FOR UPDATE SKIP LOCKED \
             ) \
             UPDATE imports i \
             SET state = 'failed', failure_code = $4, failure_message = $5, ended_at = $1, expires_at = $2, \
                 lease_holder = NULL, lease_until = NULL \
             FROM step WHERE i.user_id = step.user_id AND i.id = step.id",
            due.ended_at.to_utc(),
            due.expires_at.to_utc(),
            STEP,
            code,
            message,
        )
    )
}

/// Files of which nothing more came.
async fn give_up_left_behind(pool: &PgPool, statement_timeout: Duration, until: Timestamp) -> sqlx::Result<u64> {
    swept!(
        pool,
        statement_timeout,
        discard!(
            "WITH step AS MATERIALIZED ( \
                SELECT user_id, id FROM imports \
                WHERE state = 'receiving' AND lease_until <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED \
             ) ",
            "FROM step WHERE i.user_id = step.user_id AND i.id = step.id",
            until.to_utc(),
            STEP,
        )
    )
}

/// What is being undone is finished first.
async fn forget(pool: &PgPool, statement_timeout: Duration, until: Timestamp) -> sqlx::Result<u64> {
    swept!(
        pool,
        statement_timeout,
        discard!(
            "WITH step AS MATERIALIZED ( \
                SELECT user_id, id FROM imports WHERE expires_at <= $1 AND state <> 'undoing' \
                ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED \
             ) ",
            "FROM step WHERE i.user_id = step.user_id AND i.id = step.id",
            until.to_utc(),
            STEP,
        )
    )
}

/// The statement that deletes some rows of this table, of which `$last` is the last of the primary key, below imports
/// for which this holds.
macro_rules! delete_below {
    ($table:tt, $last:tt, $holds:tt, $step:expr) => {
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT m.user_id, m.import_id, m.last FROM ( \
                    SELECT user_id, id FROM imports WHERE "
                + $holds
                + "  ORDER BY user_id, id LIMIT $2 \
                ) i CROSS JOIN LATERAL ( \
                    SELECT b.user_id, b.import_id, b."
                + $last
                + " AS last FROM "
                + $table
                + " b WHERE b.user_id = i.user_id AND b.import_id = i.id ORDER BY b."
                + $last
                + " LIMIT $1 FOR UPDATE SKIP LOCKED \
                ) m LIMIT $1 \
             ) \
             DELETE FROM "
                + $table
                + " b USING step WHERE b.user_id = step.user_id AND b.import_id = step.import_id AND b."
                + $last
                + " = step.last",
            $step,
            STEP,
        )
    };
}

async fn sweep_pieces(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<u64> {
    swept!(pool, statement_timeout, delete_below!("import_pieces", "number", "is_untidy", STEP_LARGE))
}

async fn sweep_drafts(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<u64> {
    swept!(pool, statement_timeout, delete_below!("import_drafts", "id", "is_untidy", STEP))
}

async fn sweep_reports(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<u64> {
    swept!(pool, statement_timeout, delete_below!("import_reports", "number", "state = 'discarded'", STEP_LARGE))
}

async fn sweep_changes(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<u64> {
    swept!(pool, statement_timeout, delete_below!("import_changes", "contact_id", "state = 'discarded'", STEP))
}

async fn sweep_groups(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<u64> {
    swept!(pool, statement_timeout, delete_below!("import_groups", "group_id", "state = 'discarded'", STEP))
}

/// The room of those that have no pieces and no drafts any more is free.
async fn tidy(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<u64> {
    swept!(
        pool,
        statement_timeout,
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT i.user_id, i.id FROM imports i WHERE i.is_untidy \
                    AND NOT EXISTS (SELECT FROM import_pieces p WHERE p.user_id = i.user_id AND p.import_id = i.id) \
                    AND NOT EXISTS (SELECT FROM import_drafts d WHERE d.user_id = i.user_id AND d.import_id = i.id) \
                ORDER BY i.user_id, i.id LIMIT $1 FOR UPDATE OF i SKIP LOCKED \
             ) \
             UPDATE imports i SET is_untidy = false, staged_bytes = 0 \
             FROM step WHERE i.user_id = step.user_id AND i.id = step.id",
            STEP,
        )
    )
}

/// Those that nothing belongs to any more.
async fn remove(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<u64> {
    swept!(
        pool,
        statement_timeout,
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT i.user_id, i.id FROM imports i WHERE i.state = 'discarded' AND NOT i.is_untidy \
                    AND NOT EXISTS (SELECT FROM import_reports r WHERE r.user_id = i.user_id AND r.import_id = i.id) \
                    AND NOT EXISTS (SELECT FROM import_changes c WHERE c.user_id = i.user_id AND c.import_id = i.id) \
                    AND NOT EXISTS (SELECT FROM import_groups g WHERE g.user_id = i.user_id AND g.import_id = i.id) \
                ORDER BY i.user_id, i.id LIMIT $1 FOR UPDATE OF i SKIP LOCKED \
             ) \
             DELETE FROM imports i USING step WHERE i.user_id = step.user_id AND i.id = step.id",
            STEP,
        )
    )
}
