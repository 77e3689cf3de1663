//! Beginning a session.

use roster_domain::{AuditEntry, NewSession};
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit;
use crate::transaction::begin;

pub(super) async fn create(
    pool: &PgPool,
    session: &NewSession,
    verified: Option<&str>,
    entry: &AuditEntry,
) -> sqlx::Result<bool> {
    let secret = &session.secret;
    let mut transaction = begin(pool).await?;
    // FOR SHARE: whoever disables the user or changes the password meanwhile waits until the session is there to end as well.
    let created = sqlx::query!(
        "INSERT INTO sessions (user_id, id, user_agent, counter, nonce, key_id, token_hash, previous_token_hash, \
                               rotated_at, pair_used, created_at, last_used_at, expires_at) \
         SELECT u.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 \
         FROM users u WHERE u.id = $1 AND u.disabled_at IS NULL AND u.erased_at IS NULL \
           AND ($14::text IS NULL OR u.password_hash = $14) FOR SHARE",
        session.user.as_bytes().as_slice(),
        Uuid::from(session.id),
        session.user_agent,
        secret.counter,
        secret.nonce.as_slice(),
        secret.key_id.as_slice(),
        secret.token_hash.0.as_slice(),
        secret.previous_token_hash.as_ref().map(|hash| hash.0.as_slice()),
        secret.rotated_at.to_utc(),
        secret.pair_used,
        session.created_at.to_utc(),
        session.last_used_at.to_utc(),
        session.expires_at.to_utc(),
        verified,
    )
    .execute(&mut *transaction)
    .await?;
    if created.rows_affected() == 0 {
        return Ok(false);
    }
    audit::insert(&mut transaction, entry).await?;
    transaction.commit().await?;
    Ok(true)
}
