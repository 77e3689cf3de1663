//! Sessions.

use async_trait::async_trait;
use roster_domain::NewSession;
use roster_domain::ports::{Result, SessionRepository};
use rusqlite::{Connection, params};

use crate::statements::statements;
use crate::{SqliteStore, query};

statements! {
    /// Touches no row when the user is gone or disabled.
    INSERT = "INSERT INTO sessions (user_id, id, user_agent, counter, nonce, key_id, token_hash, previous_token_hash,
            created_at, last_used_at, expires_at)
        SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM users
        WHERE id = ?1 AND disabled_at IS NULL AND erased_at IS NULL"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];
}

#[async_trait]
impl SessionRepository for SqliteStore {
    async fn create(&self, session: NewSession) -> Result<bool> {
        self.writer.write(move |connection| create(connection, &session)).await
    }
}

fn create(connection: &Connection, session: &NewSession) -> rusqlite::Result<bool> {
    let secret = &session.secret;
    let rows = query::write(
        connection,
        INSERT,
        params![
            session.user.as_bytes(),
            session.id.as_bytes(),
            session.user_agent,
            secret.counter,
            secret.nonce,
            secret.key_id,
            secret.token_hash.0,
            secret.previous_token_hash.map(|hash| hash.0),
            session.created_at.millis(),
            session.last_used_at.millis(),
            session.expires_at.millis(),
        ],
    )?;
    Ok(rows == 1)
}
