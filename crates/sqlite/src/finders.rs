//! From what somebody shows to who that is.

use async_trait::async_trait;
use roster_domain::ports::{Finders, Result};
use roster_domain::{ClientCredential, ClientSessionId, EmailKey, Session, SessionId, SignIn, UserId};
use rusqlite::{Row, params};

use crate::columns::{id, token_hash};
use crate::statements::statements;
use crate::{SqliteStore, query, sessions};

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
        self.readers.get(move |connection| sessions::find(connection, user, id)).await
    }
}

fn sign_in(row: &Row<'_>) -> rusqlite::Result<SignIn> {
    Ok(SignIn { user: id(row, 0)?, password_hash: row.get(1)? })
}

fn client_credential(row: &Row<'_>) -> rusqlite::Result<ClientCredential> {
    Ok(ClientCredential { user: id(row, 0)?, client: id(row, 1)?, token_hash: token_hash(row, 2)? })
}
