//! Clients as lists of contacts see them: where they are at home, and how far their contacts are derived for that.

use roster_domain::{ClientId, Contact, GroupId, Number, NumberInfo, Region, Scope, Span, UserId};
use rusqlite::{Connection, Row, params};

use crate::columns::id;
use crate::query;
use crate::statements::statements;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, region, derive_after FROM clients WHERE user_id = ?1 AND ", $rest)
    };
}

statements! {
    OF_CLIENT = select!("id = ?2")
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)"];

    OF_DEFAULT_CLIENT = select!("is_default")
        => ["SEARCH clients USING INDEX clients_default (user_id=?)"];

    /// The group ?2 chooses the client, among those the scope reaches: ?3, or all.
    OF_GROUP = select!("id =
        (SELECT client_id FROM contact_groups WHERE user_id = ?1 AND id = ?2 AND (?3 IS NULL OR client_id = ?3))")
        => [
            "SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)",
            "SCALAR SUBQUERY 1",
            "SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)",
        ];

    ALL_OF_USER = select!("id > x'' ORDER BY id")
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id>?)"];
}

/// One client.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) client: ClientId,
    region: Option<Region>,
    /// Contacts behind this id may still be derived for another region.
    pub(super) derive_after: Option<Vec<u8>>,
}

/// A number as the contacts of one client hold it.
pub(super) struct Wanted {
    /// As it was asked for.
    pub(super) text: String,
    /// What it stands for there.
    pub(super) e164: Option<String>,
    /// The code of the region.
    pub(super) region: Option<String>,
}

impl Wanted {
    /// What the index by number has it under: E.164, else the text.
    pub(super) fn key(&self) -> &str {
        self.e164.as_deref().unwrap_or(&self.text)
    }
}

#[cfg(test)]
impl Home {
    /// One whose contacts are all derived.
    pub(super) fn through(client: ClientId) -> Self {
        Self { client, region: None, derive_after: None }
    }

    /// One whose contacts are to be derived anew.
    pub(super) fn unfinished(client: ClientId) -> Self {
        Self { derive_after: Some(Vec::new()), ..Self::through(client) }
    }
}

impl Home {
    /// What a contact's number is, where its row may tell it of another region yet.
    pub(super) fn derived_anew(&self, contact: &Contact) -> Option<NumberInfo> {
        let after = self.derive_after.as_deref()?;
        let is_behind = contact.client_id == self.client && contact.id.as_bytes().as_slice() > after;
        is_behind.then(|| NumberInfo::derive(&contact.number, self.region.as_ref()))
    }

    pub(super) fn wanted(&self, number: &Number) -> Wanted {
        let info = NumberInfo::derive(number, self.region.as_ref());
        Wanted {
            text: number.as_str().to_owned(),
            e164: info.e164.map(|e164| e164.as_str().to_owned()),
            region: self.region.as_ref().map(|region| region.as_str().to_owned()),
        }
    }
}

/// The clients that a list with this span and group is of. Where none is meant, or it is out of reach: none.
pub(super) fn homes(
    connection: &Connection,
    scope: &Scope,
    span: Span,
    group: Option<GroupId>,
) -> rusqlite::Result<Vec<Home>> {
    let (user, client) = (scope.user(), scope.client());
    let user = user.as_bytes();
    let client = client.as_ref().map(ClientId::as_bytes);
    match (group, client, span) {
        (Some(group), client, _) => query::all(connection, OF_GROUP, params![user, group.as_bytes(), client], home),
        (None, Some(client), _) => query::all(connection, OF_CLIENT, params![user, client], home),
        (None, None, Span::OneClient) => query::all(connection, OF_DEFAULT_CLIENT, params![user], home),
        (None, None, Span::AllClients) => query::all(connection, ALL_OF_USER, params![user], home),
    }
}

/// One client of this user.
pub(crate) fn home_of(connection: &Connection, user: UserId, client: ClientId) -> rusqlite::Result<Option<Home>> {
    query::one(connection, OF_CLIENT, params![user.as_bytes(), client.as_bytes()], home)
}

fn home(row: &Row<'_>) -> rusqlite::Result<Home> {
    Ok(Home {
        client: id(row, 0)?,
        region: row.get::<_, Option<String>>(1)?.map(Region::from_stored),
        derive_after: row.get(2)?,
    })
}
