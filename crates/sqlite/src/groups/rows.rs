//! The statements about groups, and how their rows are read.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use roster_domain::{ClientId, ContactFilter, ContactGroup, GroupId, GroupTitle, Keyset, Page, Scope, Span, UserId};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, time};
use crate::contacts::{self, Home};
use crate::query::{self, BELOW_ALL, one_more};
use crate::statements::statements;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, client_id, title, is_default, created_at, updated_at, legacy_version, revision
            FROM contact_groups WHERE ",
            $rest
        )
    };
}

statements! {
    GET = select!("user_id = ?1 AND id = ?2 AND (?3 IS NULL OR client_id = ?3)")
        => ["SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)"];

    CLIENT_OF = "SELECT client_id FROM contact_groups
        WHERE user_id = ?1 AND id = ?2 AND (?3 IS NULL OR client_id = ?3)"
        => ["SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)"];

    DEFAULT_OF = "SELECT id FROM contact_groups WHERE user_id = ?1 AND client_id = ?2 AND is_default"
        => ["SEARCH contact_groups USING INDEX contact_groups_default (user_id=? AND client_id=?)"];

    /// Oldest first, as all pages.
    PAGE_OF_ALL = select!("user_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3")
        => ["SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id>?)"];

    PAGE_OF_CLIENT = select!("user_id = ?1 AND client_id = ?4 AND id > ?2 ORDER BY id LIMIT ?3")
        => ["SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=? AND id>?)"];

    PAGE_OF_DEFAULT_CLIENT = select!("user_id = ?1
        AND client_id = (SELECT id FROM clients WHERE user_id = ?1 AND is_default) AND id > ?2 ORDER BY id LIMIT ?3")
        => [
            "SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=? AND id>?)",
            "SCALAR SUBQUERY 1",
            "SEARCH clients USING INDEX clients_default (user_id=?)",
        ];

    INSERT = "INSERT INTO contact_groups
            (user_id, id, client_id, title, is_default, created_at, updated_at, legacy_version, revision)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        => [];

    UNSET_DEFAULT = "UPDATE contact_groups SET is_default = 0, updated_at = ?3, revision = revision + 1
        WHERE user_id = ?1 AND client_id = ?2 AND is_default"
        => ["SEARCH contact_groups USING INDEX contact_groups_default (user_id=? AND client_id=?)"];

    UPDATE = "UPDATE contact_groups SET title = ?3, is_default = ?4, updated_at = ?5, revision = ?6
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)"];

    /// The second line is the foreign key's question.
    DELETE = "DELETE FROM contact_groups WHERE user_id = ?1 AND id = ?2"
        => [
            "SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
        ];

    MOVE_CONTACTS = "UPDATE contacts SET group_id = ?5, updated_at = ?6, revision = revision + 1
        WHERE rowid IN
            (SELECT rowid FROM contacts WHERE user_id = ?1 AND client_id = ?2 AND group_id = ?3 LIMIT ?4)"
        => [
            "SEARCH contacts USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
            "CREATE BLOOM FILTER",
        ];

    DELETE_CONTACTS = "DELETE FROM contacts
        WHERE rowid IN
            (SELECT rowid FROM contacts WHERE user_id = ?1 AND client_id = ?2 AND group_id = ?3 LIMIT ?4)"
        => [
            "SEARCH contacts USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
            "CREATE BLOOM FILTER",
        ];
}

fn group(row: &Row<'_>) -> rusqlite::Result<ContactGroup> {
    Ok(ContactGroup {
        id: id(row, 0)?,
        client_id: id(row, 1)?,
        title: GroupTitle::from_stored(row.get(2)?),
        is_default: row.get(3)?,
        created_at: time(row, 4)?,
        updated_at: time(row, 5)?,
        legacy_version: row.get(6)?,
        revision: row.get(7)?,
    })
}

pub(crate) fn get(connection: &Connection, scope: &Scope, id: GroupId) -> rusqlite::Result<Option<ContactGroup>> {
    let client = scope.client();
    let client = client.as_ref().map(ClientId::as_bytes);
    query::one(connection, GET, params![scope.user().as_bytes(), id.as_bytes(), client], group)
}

/// Whose group this is, if the scope reaches it.
pub(crate) fn client_of(connection: &Connection, scope: &Scope, group: GroupId) -> rusqlite::Result<Option<ClientId>> {
    let client = scope.client();
    let client = client.as_ref().map(ClientId::as_bytes);
    query::one(connection, CLIENT_OF, params![scope.user().as_bytes(), group.as_bytes(), client], |row| id(row, 0))
}

/// Which of the user's clients has a group with this id.
pub(crate) fn owner(connection: &Connection, user: UserId, group: GroupId) -> rusqlite::Result<Option<ClientId>> {
    let any: Option<&[u8]> = None;
    query::one(connection, CLIENT_OF, params![user.as_bytes(), group.as_bytes(), any], |row| id(row, 0))
}

/// A client's default group. `None`: the client is gone.
pub(super) fn default_of(connection: &Connection, user: UserId, client: ClientId) -> rusqlite::Result<Option<GroupId>> {
    query::one(connection, DEFAULT_OF, params![user.as_bytes(), client.as_bytes()], |row| id(row, 0))
}

pub(super) fn page(
    connection: &Connection,
    scope: &Scope,
    span: Span,
    keyset: Keyset<GroupId>,
) -> rusqlite::Result<Page<ContactGroup>> {
    let user = scope.user();
    let user = user.as_bytes();
    let after = keyset.after.as_ref().map_or(BELOW_ALL, |id| id.as_bytes());
    let rows = one_more(keyset.limit);
    let rows = match (scope.client(), span) {
        (Some(client), _) => {
            query::all(connection, PAGE_OF_CLIENT, params![user, after, rows, client.as_bytes()], group)
        }
        (None, Span::OneClient) => query::all(connection, PAGE_OF_DEFAULT_CLIENT, params![user, after, rows], group),
        (None, Span::AllClients) => query::all(connection, PAGE_OF_ALL, params![user, after, rows], group),
    }?;
    Ok(Page::of_one_more(rows, keyset.limit))
}

/// The page, each group with how many of its contacts match; all at one instant.
pub(super) fn page_with_counts(
    connection: &Connection,
    scope: &Scope,
    span: Span,
    filter: &ContactFilter,
    keyset: Keyset<GroupId>,
) -> rusqlite::Result<Page<(ContactGroup, u64)>> {
    query::at_one_instant(connection, || {
        let Page { items, has_more } = page(connection, scope, span, keyset)?;
        let mut homes: BTreeMap<ClientId, Home> = BTreeMap::new();
        let mut counted = Vec::with_capacity(items.len());
        for group in items {
            let home = match homes.entry(group.client_id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    let home = contacts::home_of(connection, scope.user(), group.client_id)?;
                    // There is one: the group belongs to it.
                    unknown.insert(home.ok_or(rusqlite::Error::QueryReturnedNoRows)?)
                }
            };
            let count = contacts::count_in(connection, scope.user(), home, Some(group.id), filter)?;
            counted.push((group, count));
        }
        Ok(Page { items: counted, has_more })
    })
}
