//! [`SessionRepository`].

use async_trait::async_trait;
use roster_domain::NewSession;
use roster_domain::ports::{Result, SessionRepository};
use sqlx::PgPool;
use uuid::Uuid;

use crate::PostgresStore;

#[async_trait]
impl SessionRepository for PostgresStore {
    async fn create(&self, session: NewSession) -> Result<bool> {
        self.act(create(self.pool.clone(), session)).await
    }
}

async fn create(pool: PgPool, session: NewSession) -> sqlx::Result<bool> {
    let secret = &session.secret;
    // FOR SHARE: whoever disables the user meanwhile waits until the session is there to end as well.
    let created = sqlx::query!(
        "INSERT INTO sessions (user_id, id, user_agent, counter, nonce, key_id, token_hash, previous_token_hash, \
                               created_at, last_used_at, expires_at) \
         SELECT u.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 \
         FROM users u WHERE u.id = $1 AND u.disabled_at IS NULL AND u.erased_at IS NULL FOR SHARE",
        session.user.as_bytes().as_slice(),
        Uuid::from(session.id),
        session.user_agent,
        secret.counter,
        secret.nonce.as_slice(),
        secret.key_id.as_slice(),
        secret.token_hash.0.as_slice(),
        secret.previous_token_hash.as_ref().map(|hash| hash.0.as_slice()),
        session.created_at.to_utc(),
        session.last_used_at.to_utc(),
        session.expires_at.to_utc(),
    )
    .execute(&pool)
    .await?;
    Ok(created.rows_affected() == 1)
}
