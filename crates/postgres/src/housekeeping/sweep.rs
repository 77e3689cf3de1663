//! Removing what is over: some rows of each kind, each kind along its index and in a transaction of its own. What
//! another server is just removing, or somebody is just using, is passed over.

use std::time::Duration;

use roster_domain::ports::{Due, STEP_ROWS};
use roster_domain::{AuditId, Timestamp};
use sqlx::PgPool;
use uuid::Uuid;

use super::imports;
use crate::transaction::begin_bulk;

const STEP: i64 = STEP_ROWS as i64;

/// Whether there may be more.
pub(super) async fn sweep(pool: PgPool, statement_timeout: Duration, due: Due) -> sqlx::Result<bool> {
    let gone = [
        sweep_counters(&pool, statement_timeout, due.counters).await?,
        sweep_sessions(&pool, statement_timeout, due.sessions).await?,
        sweep_audit(&pool, statement_timeout, due.audit).await?,
    ];
    let imports = imports::sweep(&pool, statement_timeout, due.imports).await?;
    Ok(imports || gone.into_iter().any(|rows| rows >= STEP_ROWS as u64))
}

/// The transaction that is this one statement.
macro_rules! swept {
    ($pool:expr, $statement_timeout:expr, $statement:expr) => {{
        let mut transaction = begin_bulk($pool, $statement_timeout).await?;
        let gone = $statement.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(gone.rows_affected())
    }};
}
pub(super) use swept;

async fn sweep_counters(pool: &PgPool, statement_timeout: Duration, until: Timestamp) -> sqlx::Result<u64> {
    swept!(
        pool,
        statement_timeout,
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT key FROM throttles WHERE window_ends_at <= $1 \
                ORDER BY window_ends_at LIMIT $2 FOR UPDATE SKIP LOCKED \
             ) \
             DELETE FROM throttles t USING step WHERE t.key = step.key",
            until.to_utc(),
            STEP,
        )
    )
}

async fn sweep_sessions(pool: &PgPool, statement_timeout: Duration, until: Timestamp) -> sqlx::Result<u64> {
    swept!(
        pool,
        statement_timeout,
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT user_id, id FROM sessions WHERE expires_at <= $1 \
                ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED \
             ) \
             DELETE FROM sessions s USING step WHERE s.user_id = step.user_id AND s.id = step.id",
            until.to_utc(),
            STEP,
        )
    )
}

async fn sweep_audit(pool: &PgPool, statement_timeout: Duration, until: Timestamp) -> sqlx::Result<u64> {
    swept!(
        pool,
        statement_timeout,
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT user_id, id FROM audit_entries WHERE id < $1 AND created_at <= $2 \
                ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED \
             ) \
             DELETE FROM audit_entries e USING step WHERE e.user_id = step.user_id AND e.id = step.id",
            Uuid::from(AuditId::first_after(until)),
            until.to_utc(),
            STEP,
        )
    )
}
