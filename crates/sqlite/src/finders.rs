//! From what somebody shows to who that is.

use async_trait::async_trait;
use roster_domain::ports::{Finders, Result};
use roster_domain::{
    ClientCredential, ClientSessionId, EmailKey, Session, SessionId, SessionSecret, SignIn, TokenHash, UserId,
};
use rusqlite::{Row, params};
use uuid::Uuid;

use crate::columns::{id, time, token_hash};
use crate::statements::statements;
use crate::{SqliteStore, query};

statements! {
    SIGN_IN = "SELECT u.id, u.password_hash FROM user_emails e JOIN users u ON u.id = e.user_id
        WHERE e.email_key = ?1 AND u.disabled_at IS NULL AND u.erased_at IS NULL"
        => [
            "SEARCH e USING INDEX sqlite_autoindex_user_emails_1 (email_key=?)",
            "SEARCH u USING INDEX sqlite_autoindex_users_1 (id=?)",
        ];

    CLIENT_CREDENTIAL = "SELECT c.user_id, c.client_id, c.token_hash
        FROM client_credentials c JOIN users u ON u.id = c.user_id
        WHERE c.session_id = ?1 AND u.disabled_at IS NULL AND u.erased_at IS NULL"
        => [
            "SEARCH c USING INDEX sqlite_autoindex_client_credentials_1 (session_id=?)",
            "SEARCH u USING INDEX sqlite_autoindex_users_1 (id=?)",
        ];

    SESSION = "SELECT s.user_id, s.id, s.user_agent, s.counter, s.nonce, s.key_id, s.token_hash, s.previous_token_hash,
            s.created_at, s.last_used_at, s.expires_at
        FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.user_id = ?1 AND s.id = ?2 AND u.disabled_at IS NULL AND u.erased_at IS NULL"
        => [
            "SEARCH u USING INDEX sqlite_autoindex_users_1 (id=?)",
            "SEARCH s USING INDEX sqlite_autoindex_sessions_1 (user_id=? AND id=?)",
        ];
}

#[async_trait]
impl Finders for SqliteStore {
    async fn sign_in(&self, email: &EmailKey) -> Result<Option<SignIn>> {
        let email = email.clone();
        self.readers.get(move |connection| query::one(connection, SIGN_IN, params![email.as_str()], sign_in)).await
    }

    async fn client_credential(&self, session_id: &ClientSessionId) -> Result<Option<ClientCredential>> {
        let session_id = session_id.clone();
        self.readers
            .get(move |connection| {
                query::one(connection, CLIENT_CREDENTIAL, params![session_id.as_str()], client_credential)
            })
            .await
    }

    async fn session(&self, user: UserId, id: SessionId) -> Result<Option<Session>> {
        self.readers
            .get(move |connection| query::one(connection, SESSION, params![user.as_bytes(), id.as_bytes()], session))
            .await
    }
}

fn sign_in(row: &Row<'_>) -> rusqlite::Result<SignIn> {
    Ok(SignIn { user: id(row, 0)?, password_hash: row.get(1)? })
}

fn client_credential(row: &Row<'_>) -> rusqlite::Result<ClientCredential> {
    Ok(ClientCredential { user: id(row, 0)?, client: id(row, 1)?, token_hash: token_hash(row, 2)? })
}

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        user: id(row, 0)?,
        id: row.get(1).map(Uuid::from_bytes).map(SessionId::from)?,
        user_agent: row.get(2)?,
        secret: SessionSecret {
            counter: row.get(3)?,
            nonce: row.get(4)?,
            key_id: row.get(5)?,
            token_hash: token_hash(row, 6)?,
            previous_token_hash: row.get::<_, Option<[u8; 32]>>(7)?.map(TokenHash),
        },
        created_at: time(row, 8)?,
        last_used_at: time(row, 9)?,
        expires_at: time(row, 10)?,
    })
}
