//! What the operator may do on the command line.

use async_trait::async_trait;
use roster_domain::ports::{AccountAdoption, ClientAdoption, GroupAdoption, Operator, Result};
use roster_domain::{
    AuditEntry, AuditId, ClientId, EmailKey, Keyset, ListedUser, NewAccount, NewClient, NewGroup, Page, Timestamp,
    UserId,
};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, optional_time};
use crate::query::{self, BELOW_ALL, one_more};
use crate::statements::statements;
use crate::{SqliteStore, audit, clients, groups, sessions, users};

statements! {
    USER = "SELECT u.id, u.email, u.firstname, u.lastname, u.created_at, u.updated_at, u.revision, u.disabled_at
        FROM user_emails e JOIN users u ON u.id = e.user_id WHERE e.email_key = ?1 AND u.erased_at IS NULL"
        => [
            "SEARCH e USING INDEX sqlite_autoindex_user_emails_1 (email_key=?)",
            "SEARCH u USING INDEX sqlite_autoindex_users_1 (id=?)",
        ];

    /// Oldest first.
    PAGE = "SELECT id, email, firstname, lastname, created_at, updated_at, revision, disabled_at FROM users
        WHERE id > ?1 AND erased_at IS NULL ORDER BY id LIMIT ?2"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id>?)"];

    WITH_CLIENT = "SELECT c.user_id FROM clients c JOIN users u ON u.id = c.user_id
        WHERE c.id = ?1 AND u.erased_at IS NULL"
        => [
            "SEARCH c USING INDEX clients_by_id (id=?)",
            "SEARCH u USING INDEX sqlite_autoindex_users_1 (id=?)",
        ];

    DISABLED_AT = "SELECT disabled_at FROM users WHERE id = ?1 AND erased_at IS NULL"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    SET_PASSWORD = "UPDATE users SET password_hash = ?2, updated_at = ?3, revision = revision + 1
        WHERE id = ?1 AND erased_at IS NULL"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    SET_DISABLED = "UPDATE users SET disabled_at = ?2 WHERE id = ?1"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];
}

#[async_trait]
impl Operator for SqliteStore {
    async fn user(&self, email: &EmailKey) -> Result<Option<ListedUser>> {
        let email = email.clone();
        self.readers.get(move |connection| query::one(connection, USER, params![email.as_str()], listed)).await
    }

    async fn users(&self, keyset: Keyset<UserId>) -> Result<Page<ListedUser>> {
        self.readers.list(move |connection| page(connection, keyset)).await
    }

    async fn users_with_client(&self, client: ClientId) -> Result<Vec<UserId>> {
        let users = move |connection: &Connection| {
            query::all(connection, WITH_CLIENT, params![client.as_bytes()], |row| id(row, 0))
        };
        self.readers.list(users).await
    }

    async fn set_password(&self, user: UserId, hash: &str, at: Timestamp, entry: AuditEntry) -> Result<bool> {
        let hash = hash.to_owned();
        let then = self.tell_if(user, |set: &bool| *set);
        self.writer.write_then(move |connection| set_password(connection, user, &hash, at, &entry), then).await
    }

    async fn set_disabled(&self, user: UserId, disabled: bool, at: Timestamp, entry: AuditEntry) -> Result<bool> {
        let then = self.tell_if(user, move |changed| disabled && *changed == Some(true));
        let act = move |connection: &Connection| set_disabled(connection, user, disabled, at, &entry);
        Ok(self.writer.write_then(act, then).await?.is_some())
    }

    async fn audit(&self, user: Option<UserId>, keyset: Keyset<AuditId>) -> Result<Page<AuditEntry>> {
        self.readers.list(move |connection| audit::page(connection, user, keyset)).await
    }

    async fn adopt_account(&self, account: NewAccount, entry: AuditEntry) -> Result<AccountAdoption> {
        self.writer.write(move |connection| users::adopt(connection, &account, &entry)).await
    }

    async fn adopt_client(&self, user: UserId, client: NewClient) -> Result<ClientAdoption> {
        self.writer.write(move |connection| clients::adopt(connection, user, &client)).await
    }

    async fn adopt_group(&self, user: UserId, client: ClientId, group: NewGroup) -> Result<GroupAdoption> {
        self.writer.write(move |connection| groups::adopt(connection, user, client, &group)).await
    }
}

fn page(connection: &Connection, keyset: Keyset<UserId>) -> rusqlite::Result<Page<ListedUser>> {
    let after = keyset.after.as_ref().map_or(BELOW_ALL, |id| id.as_bytes());
    let rows = query::all(connection, PAGE, params![after, one_more(keyset.limit)], listed)?;
    Ok(Page::of_one_more(rows, keyset.limit))
}

fn listed(row: &Row<'_>) -> rusqlite::Result<ListedUser> {
    Ok(ListedUser { user: users::user(row)?, disabled_at: optional_time(row, 7)? })
}

fn set_password(
    connection: &Connection,
    user: UserId,
    hash: &str,
    at: Timestamp,
    entry: &AuditEntry,
) -> rusqlite::Result<bool> {
    if query::write(connection, SET_PASSWORD, params![user.as_bytes(), hash, at.millis()])? == 0 {
        return Ok(false);
    }
    sessions::end_others(connection, user, None, at)?;
    audit::append(connection, entry)?;
    Ok(true)
}

/// Whether that changed anything. `None`: the user is gone.
fn set_disabled(
    connection: &Connection,
    user: UserId,
    disabled: bool,
    at: Timestamp,
    entry: &AuditEntry,
) -> rusqlite::Result<Option<bool>> {
    let disabled_at = query::one(connection, DISABLED_AT, params![user.as_bytes()], |row| optional_time(row, 0))?;
    let Some(disabled_at) = disabled_at else { return Ok(None) };
    if disabled_at.is_some() == disabled {
        return Ok(Some(false));
    }
    let since = disabled.then_some(at.millis());
    query::write(connection, SET_DISABLED, params![user.as_bytes(), since])?;
    if disabled {
        sessions::end_others(connection, user, None, at)?;
    }
    audit::append(connection, entry)?;
    Ok(Some(true))
}
