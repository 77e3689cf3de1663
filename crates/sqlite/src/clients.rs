//! Clients.

use async_trait::async_trait;
use roster_domain::ports::{ClientRepository, Result};
use roster_domain::{
    Account, Client, ClientId, ClientName, ClientSessionId, Keyset, NewClient, Page, Region, Scope, UserId,
};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, time};
use crate::query::{self, BELOW_ALL, one_more};
use crate::statements::statements;
use crate::{SqliteStore, groups};

statements! {
    USER_EXISTS = "SELECT 1 FROM users WHERE id = ?1 AND disabled_at IS NULL AND erased_at IS NULL"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    GET = "SELECT id FROM clients WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH clients USING COVERING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)"];

    DEFAULT = "SELECT id FROM clients WHERE user_id = ?1 AND is_default"
        => ["SEARCH clients USING INDEX clients_default (user_id=?)"];

    INSERT = "INSERT INTO clients (user_id, id, name, is_default, session_id, region, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        => [];

    INSERT_CREDENTIAL = "INSERT INTO client_credentials (session_id, user_id, client_id, token_hash)
        VALUES (?1, ?2, ?3, ?4)"
        => [];

    /// Oldest first.
    PAGE = "SELECT id, name, is_default, session_id, region, created_at, updated_at FROM clients
        WHERE user_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id>?)"];
}

#[async_trait]
impl ClientRepository for SqliteStore {
    async fn create(&self, account: &Account, client: NewClient) -> Result<Option<Client>> {
        let user = account.user();
        self.writer.write(move |connection| create(connection, user, &client)).await
    }

    async fn page(&self, account: &Account, keyset: Keyset<ClientId>) -> Result<Page<Client>> {
        let user = account.user();
        self.readers.list(move |connection| page(connection, user, keyset)).await
    }
}

/// The client that "my" things are of: the scope's, or, where it isn't narrowed, the user's default one. `None`: gone.
pub(crate) fn of_scope(connection: &Connection, scope: &Scope) -> rusqlite::Result<Option<ClientId>> {
    let user = scope.user();
    match scope.client() {
        Some(client) => query::one(connection, GET, params![user.as_bytes(), client.as_bytes()], |row| id(row, 0)),
        None => query::one(connection, DEFAULT, params![user.as_bytes()], |row| id(row, 0)),
    }
}

fn create(connection: &Connection, user: UserId, client: &NewClient) -> rusqlite::Result<Option<Client>> {
    let exists = query::one(connection, USER_EXISTS, params![user.as_bytes()], |_| Ok(()))?;
    match exists {
        Some(()) => insert(connection, user, client, false).map(Some),
        None => Ok(None),
    }
}

fn page(connection: &Connection, user: UserId, keyset: Keyset<ClientId>) -> rusqlite::Result<Page<Client>> {
    let after = keyset.after.as_ref().map_or(BELOW_ALL, |id| id.as_bytes());
    let rows = query::all(connection, PAGE, params![user.as_bytes(), after, one_more(keyset.limit)], client)?;
    Ok(Page::of_one_more(rows, keyset.limit))
}

fn client(row: &Row<'_>) -> rusqlite::Result<Client> {
    Ok(Client {
        id: id(row, 0)?,
        name: ClientName::from_stored(row.get(1)?),
        is_default: row.get(2)?,
        session_id: ClientSessionId::from_stored(row.get(3)?),
        region: row.get::<_, Option<String>>(4)?.map(Region::from_stored),
        created_at: time(row, 5)?,
        updated_at: time(row, 6)?,
    })
}

/// The client, its credentials and its default group.
pub(crate) fn insert(
    connection: &Connection,
    user: UserId,
    new: &NewClient,
    is_default: bool,
) -> rusqlite::Result<Client> {
    let client = Client {
        id: new.id,
        name: new.name.clone(),
        is_default,
        session_id: new.session_id.clone(),
        region: new.region.clone(),
        created_at: new.created_at,
        updated_at: new.updated_at,
    };
    query::write(
        connection,
        INSERT,
        params![
            user.as_bytes(),
            client.id.as_bytes(),
            client.name.as_str(),
            client.is_default,
            client.session_id.as_str(),
            client.region.as_ref().map(Region::as_str),
            client.created_at.millis(),
            client.updated_at.millis(),
        ],
    )?;
    query::write(
        connection,
        INSERT_CREDENTIAL,
        params![new.session_id.as_str(), user.as_bytes(), new.id.as_bytes(), new.token_hash.0],
    )?;
    groups::insert(connection, user, new.id, &new.group, true)?;
    Ok(client)
}
