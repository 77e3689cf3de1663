//! Users.

use async_trait::async_trait;
use roster_domain::ports::{Result, UserRepository};
use roster_domain::{Client, NewAccount, User};
use rusqlite::{Connection, params};

use crate::statements::statements;
use crate::{SqliteStore, clients, query};

statements! {
    /// Touches no row when somebody has the address.
    CLAIM_EMAIL = "INSERT INTO user_emails (email_key, user_id) VALUES (?1, ?2) ON CONFLICT (email_key) DO NOTHING"
        => [];

    INSERT = "INSERT INTO users (id, email, firstname, lastname, password_hash, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        => [];
}

#[async_trait]
impl UserRepository for SqliteStore {
    async fn create_account(&self, account: NewAccount) -> Result<Option<(User, Client)>> {
        self.writer.write(move |connection| create_account(connection, &account)).await
    }
}

fn create_account(connection: &Connection, account: &NewAccount) -> rusqlite::Result<Option<(User, Client)>> {
    let user = &account.user.user;
    // First, so that an address that is taken leaves nothing to undo.
    let claimed = query::write(connection, CLAIM_EMAIL, params![user.email.key().as_str(), user.id.as_bytes()])?;
    if claimed == 0 {
        return Ok(None);
    }
    query::write(
        connection,
        INSERT,
        params![
            user.id.as_bytes(),
            user.email.as_str(),
            user.firstname.as_str(),
            user.lastname.as_str(),
            account.user.password_hash,
            user.created_at.millis(),
            user.updated_at.millis(),
        ],
    )?;
    let client = clients::insert(connection, user.id, &account.client, true)?;
    Ok(Some((user.clone(), client)))
}
