//! Using a session: one statement each, so that of several at once one finds the row as it was.

use roster_domain::{Session, SessionId, SessionSecret, SessionUse, UserId};
use sqlx::PgPool;
use uuid::Uuid;

pub(super) async fn rotate(
    pool: PgPool,
    session: Session,
    next: SessionSecret,
    used: SessionUse,
) -> sqlx::Result<bool> {
    let found = &session.secret;
    let rotated = sqlx::query!(
        "UPDATE sessions \
         SET counter = $5, nonce = $6, key_id = $7, token_hash = $8, previous_token_hash = $9, rotated_at = $10, \
             pair_used = $11, last_used_at = GREATEST(last_used_at, $12), expires_at = GREATEST(expires_at, $13) \
         WHERE user_id = $1 AND id = $2 AND counter = $3 AND token_hash = $4 \
           AND ended_at IS NULL AND expires_at > $10",
        session.user.as_bytes().as_slice(),
        Uuid::from(session.id),
        found.counter,
        found.token_hash.0.as_slice(),
        next.counter,
        next.nonce.as_slice(),
        next.key_id.as_slice(),
        next.token_hash.0.as_slice(),
        next.previous_token_hash.as_ref().map(|hash| hash.0.as_slice()),
        next.rotated_at.to_utc(),
        next.pair_used,
        used.last_used_at.to_utc(),
        used.expires_at.to_utc(),
    )
    .execute(&pool)
    .await?;
    Ok(rotated.rows_affected() == 1)
}

/// Where it is noted already, nothing is written.
pub(super) async fn note_use(pool: PgPool, user: UserId, id: SessionId, used: SessionUse) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE sessions \
         SET last_used_at = GREATEST(last_used_at, $3), expires_at = GREATEST(expires_at, $4), \
             pair_used = pair_used OR counter IS NOT DISTINCT FROM $5 \
         WHERE user_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $3 \
           AND (last_used_at < $3 OR expires_at < $4 OR (NOT pair_used AND counter = $5))",
        user.as_bytes().as_slice(),
        Uuid::from(id),
        used.last_used_at.to_utc(),
        used.expires_at.to_utc(),
        used.pair,
    )
    .execute(&pool)
    .await?;
    Ok(())
}
