//! Ending sessions.

use roster_domain::{AuditEntry, SessionId, Timestamp, UserId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::transaction::begin;
use crate::{audit, revocations, users};

/// The statement that ends the sessions that this condition holds for.
macro_rules! end_where {
    ($condition:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query!(
            "UPDATE sessions SET ended_at = $2, expires_at = LEAST(expires_at, $2) \
             WHERE user_id = $1 AND ended_at IS NULL AND " + $condition,
            $($argument),+
        )
    };
}

pub(super) async fn end(
    pool: &PgPool,
    user: UserId,
    id: SessionId,
    at: Timestamp,
    entry: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut transaction = begin(pool).await?;
    let ended = end_where!("expires_at > $2 AND id = $3", user.as_bytes().as_slice(), at.to_utc(), Uuid::from(id))
        .execute(&mut *transaction)
        .await?;
    if ended.rows_affected() == 0 {
        return Ok(false);
    }
    audit::insert(&mut transaction, entry).await?;
    revocations::tell(&mut transaction, user).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Nothing of a user who is gone lives, and no entry may come after the last step of an erasure.
pub(super) async fn end_all(pool: &PgPool, user: UserId, at: Timestamp, entry: &AuditEntry) -> sqlx::Result<u64> {
    let mut transaction = begin(pool).await?;
    if !users::hold(&mut transaction, user).await? {
        return Ok(0);
    }
    let ended = end_where!("expires_at > $2", user.as_bytes().as_slice(), at.to_utc())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    audit::insert(&mut transaction, entry).await?;
    revocations::tell(&mut transaction, user).await?;
    transaction.commit().await?;
    Ok(ended)
}

/// Ends whatever session of a user isn't ended, and tells the other servers: part of an act that takes more away than
/// sessions. Those that have only expired are ended too, lest they live again when the clock is set back.
pub(crate) async fn end_every(connection: &mut PgConnection, user: UserId, at: Timestamp) -> sqlx::Result<()> {
    end_where!("true", user.as_bytes().as_slice(), at.to_utc()).execute(&mut *connection).await?;
    revocations::tell(connection, user).await
}

/// As [`end_every`], but for one.
pub(crate) async fn end_all_but(
    connection: &mut PgConnection,
    user: UserId,
    keep: SessionId,
    at: Timestamp,
) -> sqlx::Result<()> {
    end_where!("id <> $3", user.as_bytes().as_slice(), at.to_utc(), Uuid::from(keep)).execute(&mut *connection).await?;
    revocations::tell(connection, user).await
}
