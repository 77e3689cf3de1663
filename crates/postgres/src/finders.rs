//! [`Finders`]. An address or a `session_id` leads to its user by two reads of one row each, not by a join: the tables
//! are spread by different keys.

use async_trait::async_trait;
use roster_domain::ports::{Finders, Result};
use roster_domain::{ClientCredential, ClientSessionId, EmailKey, Session, SessionId, SignIn, UserId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::PostgresStore;
use crate::rows::{CredentialRow, SessionRow, id};

#[async_trait]
impl Finders for PostgresStore {
    async fn sign_in(&self, email: &EmailKey) -> Result<Option<SignIn>> {
        self.act(sign_in(self.pool.clone(), email.clone())).await
    }

    async fn client_credential(&self, session_id: &ClientSessionId) -> Result<Option<ClientCredential>> {
        self.act(client_credential(self.pool.clone(), session_id.clone())).await
    }

    async fn session(&self, user: UserId, id: SessionId) -> Result<Option<Session>> {
        self.act(session(self.pool.clone(), user, id)).await
    }
}

/// Whose address this is: the id as it is stored.
pub(crate) async fn user_of(connection: &mut PgConnection, email: &EmailKey) -> sqlx::Result<Option<Vec<u8>>> {
    // No stored text holds a NUL, and Postgres takes none even to compare it.
    if email.as_str().contains('\0') {
        return Ok(None);
    }
    sqlx::query_scalar!("SELECT user_id FROM user_emails WHERE email_key = $1", email.as_str())
        .fetch_optional(connection)
        .await
}

async fn sign_in(pool: PgPool, email: EmailKey) -> sqlx::Result<Option<SignIn>> {
    let mut connection = pool.acquire().await?;
    let user = user_of(&mut connection, &email).await?;
    // The user of an unknown address is looked up too, so that a known one takes no more round trips.
    let user = user.unwrap_or_default();
    let password_hash = sqlx::query_scalar!(
        "SELECT password_hash FROM users WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL",
        user,
    )
    .fetch_optional(&mut *connection)
    .await?;
    password_hash.map(|password_hash| Ok(SignIn { user: id(&user, "user_emails.user_id")?, password_hash })).transpose()
}

async fn client_credential(pool: PgPool, session_id: ClientSessionId) -> sqlx::Result<Option<ClientCredential>> {
    let mut connection = pool.acquire().await?;
    let credential = sqlx::query_as!(
        CredentialRow,
        "SELECT user_id, client_id, token_hash FROM client_credentials WHERE session_id = $1",
        session_id.as_str(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(credential) = credential else {
        return Ok(None);
    };
    let user = sqlx::query_scalar!(
        "SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL",
        credential.user_id,
    )
    .fetch_optional(&mut *connection)
    .await?;
    user.map(|_| ClientCredential::try_from(credential)).transpose()
}

async fn session(pool: PgPool, user: UserId, id: SessionId) -> sqlx::Result<Option<Session>> {
    sqlx::query_as!(
        SessionRow,
        "SELECT s.user_id, s.id, s.user_agent, s.counter, s.nonce, s.key_id, s.token_hash, s.previous_token_hash, \
                s.rotated_at, s.pair_used, s.created_at, s.last_used_at, s.expires_at \
         FROM sessions s JOIN users u ON u.id = s.user_id \
         WHERE s.user_id = $1 AND s.id = $2 AND s.ended_at IS NULL \
           AND u.disabled_at IS NULL AND u.erased_at IS NULL",
        user.as_bytes().as_slice(),
        Uuid::from(id),
    )
    .fetch_optional(&pool)
    .await?
    .map(Session::try_from)
    .transpose()
}
