//! The statements about clients, and how their rows are read.

use roster_domain::{Client, ClientId, ClientName, ClientSessionId, Keyset, Page, Region, Scope, UserId};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, time};
use crate::query::{self, BELOW_ALL, one_more};
use crate::statements::statements;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, is_default, session_id, region, created_at, updated_at, revision FROM clients
            WHERE user_id = ?1 AND ",
            $rest
        )
    };
}

statements! {
    GET = select!("id = ?2")
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)"];

    EXISTS = "SELECT id FROM clients WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH clients USING COVERING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)"];

    /// Of other users.
    OF_OTHERS = "SELECT 1 FROM clients WHERE id = ?1 AND user_id <> ?2"
        => ["SEARCH clients USING INDEX clients_by_id (id=?)"];

    SESSION_ID = "SELECT 1 FROM client_credentials WHERE session_id = ?1"
        => ["SEARCH client_credentials USING COVERING INDEX sqlite_autoindex_client_credentials_1 (session_id=?)"];

    DEFAULT = "SELECT id FROM clients WHERE user_id = ?1 AND is_default"
        => ["SEARCH clients USING INDEX clients_default (user_id=?)"];

    /// Oldest first.
    PAGE = select!("id > ?2 ORDER BY id LIMIT ?3")
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id>?)"];

    INSERT = "INSERT INTO clients (user_id, id, name, is_default, session_id, region, created_at, updated_at, revision)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        => [];

    UPDATE = "UPDATE clients SET name = ?3, is_default = ?4, session_id = ?5, region = ?6, updated_at = ?7,
            revision = ?8
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)"];

    UNSET_DEFAULT = "UPDATE clients SET is_default = 0, updated_at = ?2, revision = revision + 1
        WHERE user_id = ?1 AND is_default"
        => ["SEARCH clients USING INDEX clients_default (user_id=?)"];

    /// All its contacts are to be derived anew.
    DERIVE_ANEW = "UPDATE clients SET derive_after = x'' WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)"];

    INSERT_CREDENTIAL = "INSERT INTO client_credentials (session_id, user_id, client_id, token_hash)
        VALUES (?1, ?2, ?3, ?4)"
        => [];

    DELETE_CREDENTIAL = "DELETE FROM client_credentials WHERE session_id = ?1 AND user_id = ?2 AND client_id = ?3"
        => ["SEARCH client_credentials USING INDEX sqlite_autoindex_client_credentials_1 (session_id=?)"];

    DELETE_CREDENTIALS = "DELETE FROM client_credentials
        WHERE user_id = ?1 AND session_id IN (SELECT session_id FROM clients WHERE user_id = ?1)"
        => [
            "SEARCH client_credentials USING INDEX sqlite_autoindex_client_credentials_1 (session_id=?)",
            "LIST SUBQUERY 1",
            "SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    /// One row, if the client has more contacts than ?3: counting them all would read them all.
    HOLDS_MORE_THAN = "SELECT 1 FROM contacts INDEXED BY contacts_by_client
        WHERE user_id = ?1 AND client_id = ?2 LIMIT 1 OFFSET ?3"
        => ["SEARCH contacts USING COVERING INDEX contacts_by_client (user_id=? AND client_id=?)"];

    /// In the order of their ids, which is nearly that of the rows in the file; as where accounts are erased.
    DELETE_CONTACTS = "DELETE FROM contacts
        WHERE rowid IN (SELECT rowid FROM contacts INDEXED BY contacts_by_client
            WHERE user_id = ?1 AND client_id = ?2 LIMIT ?3)"
        => [
            "SEARCH contacts USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH contacts USING COVERING INDEX contacts_by_client (user_id=? AND client_id=?)",
            "CREATE BLOOM FILTER",
        ];

    /// The second line is the foreign key's question, and so is that of the next.
    DELETE_GROUPS = "DELETE FROM contact_groups WHERE user_id = ?1 AND client_id = ?2"
        => [
            "SEARCH contact_groups USING COVERING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=?)",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
        ];

    DELETE = "DELETE FROM clients WHERE user_id = ?1 AND id = ?2"
        => [
            "SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)",
            "SEARCH contact_groups USING COVERING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=?)",
        ];
}

pub(super) fn get(connection: &Connection, user: UserId, id: ClientId) -> rusqlite::Result<Option<Client>> {
    query::one(connection, GET, params![user.as_bytes(), id.as_bytes()], client)
}

/// The client that "my" things are of: the scope's, or, where it isn't narrowed, the user's default one. `None`: gone.
pub(crate) fn of_scope(connection: &Connection, scope: &Scope) -> rusqlite::Result<Option<ClientId>> {
    let user = scope.user();
    match scope.client() {
        Some(client) => query::one(connection, EXISTS, params![user.as_bytes(), client.as_bytes()], |row| id(row, 0)),
        None => query::one(connection, DEFAULT, params![user.as_bytes()], |row| id(row, 0)),
    }
}

pub(super) fn page(connection: &Connection, user: UserId, keyset: Keyset<ClientId>) -> rusqlite::Result<Page<Client>> {
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
        revision: row.get(7)?,
    })
}

/// All that can change.
pub(super) fn update(connection: &Connection, user: UserId, client: &Client) -> rusqlite::Result<()> {
    query::write(
        connection,
        UPDATE,
        params![
            user.as_bytes(),
            client.id.as_bytes(),
            client.name.as_str(),
            client.is_default,
            client.session_id.as_str(),
            client.region.as_ref().map(Region::as_str),
            client.updated_at.millis(),
            client.revision,
        ],
    )?;
    Ok(())
}
