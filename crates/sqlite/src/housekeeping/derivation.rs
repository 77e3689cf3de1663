//! Deriving anew what contacts are found by: after a client's region has changed, or a migration what is derived.

use roster_domain::ports::STEP_ROWS;
use roster_domain::{ClientId, ContactId, ContactName, Derived, E164, NameKey, Number, Region, SearchKey, UserId};
use rusqlite::{Connection, Row, params};

use crate::columns::id;
use crate::contacts::number_info;
use crate::query::{self, BELOW_ALL};
use crate::statements::statements;

statements! {
    /// The first client that isn't through, behind this one.
    NEXT = "SELECT user_id, id FROM clients
        WHERE derive_after IS NOT NULL AND (user_id, id) > (?1, ?2) ORDER BY user_id, id LIMIT 1"
        => ["SEARCH clients USING INDEX clients_deriving ((user_id,id)>(?,?))"];

    UNFINISHED = "SELECT region, derive_after FROM clients
        WHERE user_id = ?1 AND id = ?2 AND derive_after IS NOT NULL"
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)"];

    /// The next of its contacts.
    CONTACTS = "SELECT id, name, number, number_kind, e164, name_key, search_key FROM contacts
        WHERE user_id = ?1 AND client_id = ?2 AND id > ?3 ORDER BY id LIMIT ?4"
        => ["SEARCH contacts USING INDEX contacts_by_client (user_id=? AND client_id=? AND id>?)"];

    WRITE = "UPDATE contacts SET number_kind = ?3, e164 = ?4, name_key = ?5, search_key = ?6
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    GO_ON = "UPDATE clients SET derive_after = ?3 WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)"];
}

/// Where a client is at home, and how far its contacts are derived.
struct Unfinished {
    region: Option<Region>,
    after: Vec<u8>,
}

/// A contact, and what it is found by now.
struct Found {
    id: ContactId,
    name: ContactName,
    number: Number,
    derived: Derived,
}

/// The first client that isn't through, behind this one.
pub(super) fn next(
    connection: &Connection,
    after: Option<(UserId, ClientId)>,
) -> rusqlite::Result<Option<(UserId, ClientId)>> {
    let after = after.as_ref().map(|(user, client)| (user.as_bytes().as_slice(), client.as_bytes().as_slice()));
    let (user, client) = after.unwrap_or((BELOW_ALL, BELOW_ALL));
    query::one(connection, NEXT, params![user, client], |row| Ok((id(row, 0)?, id(row, 1)?)))
}

/// Derives the next contacts of a client, and writes those of whom something differs. Whether there may be more.
pub(crate) fn step(connection: &Connection, user: UserId, client: ClientId) -> rusqlite::Result<bool> {
    let unfinished = query::one(connection, UNFINISHED, params![user.as_bytes(), client.as_bytes()], unfinished)?;
    let Some(Unfinished { region, after }) = unfinished else { return Ok(false) };
    let params = params![user.as_bytes(), client.as_bytes(), after, query::rows(STEP_ROWS)];
    let contacts = query::all(connection, CONTACTS, params, found)?;
    for contact in &contacts {
        let derived = Derived::of(&contact.name, &contact.number, region.as_ref());
        if derived != contact.derived {
            write(connection, user, contact.id, &derived)?;
        }
    }
    // With fewer than were asked for it is at the end.
    let last = contacts.last().filter(|_| contacts.len() >= STEP_ROWS).map(|contact| contact.id);
    let last = last.as_ref().map(ContactId::as_bytes);
    query::write(connection, GO_ON, params![user.as_bytes(), client.as_bytes(), last])?;
    Ok(last.is_some())
}

fn write(connection: &Connection, user: UserId, id: ContactId, derived: &Derived) -> rusqlite::Result<()> {
    query::write(
        connection,
        WRITE,
        params![
            user.as_bytes(),
            id.as_bytes(),
            derived.number.kind.as_str(),
            derived.number.e164.as_ref().map(E164::as_str),
            derived.name_key.as_str(),
            derived.search_key.as_str(),
        ],
    )?;
    Ok(())
}

fn unfinished(row: &Row<'_>) -> rusqlite::Result<Unfinished> {
    let region = row.get::<_, Option<String>>(0)?.map(Region::from_stored);
    Ok(Unfinished { region, after: row.get(1)? })
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        id: id(row, 0)?,
        name: ContactName::from_stored(row.get(1)?),
        number: Number::from_stored(row.get(2)?),
        derived: Derived {
            number: number_info(row, 3)?,
            name_key: NameKey::from_stored(row.get(5)?),
            search_key: SearchKey::from_stored(row.get(6)?),
        },
    })
}
