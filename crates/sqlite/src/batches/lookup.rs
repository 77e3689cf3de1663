//! What has to be known before a batch can be planned.

use std::collections::{BTreeSet, HashMap, HashSet};

use roster_domain::{BatchClient, ClientId, Contact, ContactId, GroupId, Lookup, Region, Scope, UserId, number_key};
use rusqlite::{Connection, Row, params};

use crate::columns::id;
use crate::statements::statements;
use crate::{contacts, query};

statements! {
    OF_CLIENT = "SELECT c.id, g.id, c.region, c.derive_after IS NOT NULL FROM clients c
        CROSS JOIN contact_groups g ON g.user_id = c.user_id AND g.client_id = c.id AND g.is_default
        WHERE c.user_id = ?1 AND c.id = ?2"
        => [
            "SEARCH c USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)",
            "SEARCH g USING INDEX contact_groups_default (user_id=? AND client_id=?)",
        ];

    OF_DEFAULT_CLIENT = "SELECT c.id, g.id, c.region, c.derive_after IS NOT NULL FROM clients c
        CROSS JOIN contact_groups g ON g.user_id = c.user_id AND g.client_id = c.id AND g.is_default
        WHERE c.user_id = ?1 AND c.is_default"
        => [
            "SEARCH c USING INDEX clients_default (user_id=?)",
            "SEARCH g USING INDEX contact_groups_default (user_id=? AND client_id=?)",
        ];

    GROUP = "SELECT id FROM contact_groups WHERE user_id = ?1 AND client_id = ?2 AND id = ?3"
        => ["SEARCH contact_groups USING COVERING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=? AND id=?)"];
}

/// Contacts as an act sees them.
pub(crate) trait Sight {
    /// The user's contact with this id, whichever client's it is.
    fn with_id(&self, connection: &Connection, user: UserId, id: ContactId) -> rusqlite::Result<Option<Contact>>;

    /// A client's contacts under this key: the first so many by id, and perhaps more.
    fn with_number(
        &self,
        connection: &Connection,
        user: UserId,
        client: ClientId,
        key: &str,
        most: usize,
    ) -> rusqlite::Result<Vec<Contact>>;
}

/// As they are stored.
pub(crate) struct Stored;

impl Sight for Stored {
    fn with_id(&self, connection: &Connection, user: UserId, id: ContactId) -> rusqlite::Result<Option<Contact>> {
        contacts::find(connection, user, id)
    }

    fn with_number(
        &self,
        connection: &Connection,
        user: UserId,
        client: ClientId,
        key: &str,
        most: usize,
    ) -> rusqlite::Result<Vec<Contact>> {
        contacts::with_number(connection, user, client, key, most)
    }
}

/// The client that the scope means, and whether its contacts are being derived anew.
pub(crate) fn client(connection: &Connection, scope: &Scope) -> rusqlite::Result<Option<(BatchClient, bool)>> {
    let (user, client) = (scope.user(), scope.client());
    match client {
        Some(client) => query::one(connection, OF_CLIENT, params![user.as_bytes(), client.as_bytes()], read_client),
        None => query::one(connection, OF_DEFAULT_CLIENT, params![user.as_bytes()], read_client),
    }
}

fn read_client(row: &Row<'_>) -> rusqlite::Result<(BatchClient, bool)> {
    let region = row.get::<_, Option<String>>(2)?.map(Region::from_stored);
    Ok((BatchClient { id: id(row, 0)?, region, default_group: id(row, 1)? }, row.get(3)?))
}

/// Which of the groups are the client's.
pub(crate) fn groups(
    connection: &Connection,
    user: UserId,
    client: ClientId,
    lookup: &Lookup,
) -> rusqlite::Result<HashSet<GroupId>> {
    let mut groups = HashSet::new();
    for group in &lookup.groups {
        let params = params![user.as_bytes(), client.as_bytes(), group.as_bytes()];
        groups.extend(query::one(connection, GROUP, params, |row| id::<GroupId>(row, 0))?);
    }
    Ok(groups)
}

/// The contacts, each once.
pub(crate) fn found(
    connection: &Connection,
    user: UserId,
    client: &BatchClient,
    lookup: &Lookup,
    sight: &dyn Sight,
) -> rusqlite::Result<Vec<Contact>> {
    let (mut found, mut met) = (Vec::new(), BTreeSet::new());
    for id in &lookup.ids {
        let contact = sight.with_id(connection, user, *id)?;
        found.extend(contact.filter(|contact| met.insert(contact.id)));
    }
    if lookup.numbers.is_empty() {
        return Ok(found);
    }
    // Those that were found by their ids come again with their numbers, beside as many as are wanted of each.
    let mut again: HashMap<String, usize> = HashMap::new();
    for contact in found.iter().filter(|contact| contact.client_id == client.id) {
        *again.entry(number_key(&contact.number, client.region.as_ref())).or_default() += 1;
    }
    for number in &lookup.numbers {
        let most = Lookup::MOST_OF_A_NUMBER + again.get(number).copied().unwrap_or_default();
        let with_number = sight.with_number(connection, user, client.id, number, most)?;
        found.extend(with_number.into_iter().filter(|contact| met.insert(contact.id)));
    }
    Ok(found)
}
