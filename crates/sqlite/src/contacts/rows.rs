//! The statements about contacts, and how their rows are read and written.

use roster_domain::{
    Channel, ClientId, Contact, ContactId, ContactName, Derived, E164, GroupId, Number, NumberInfo, NumberKind,
    ObjectId, Region, Scope, SurveySortId, Transaction, UserId,
};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, optional_id, parsed, time};
use crate::query;
use crate::statements::statements;

macro_rules! columns {
    () => {
        "id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, survey_sort_text, created_at,
        updated_at, legacy_version, revision"
    };
}
pub(crate) use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM contacts WHERE user_id = ?1 AND ", $rest)
    };
}

/// What [`derived`] reads.
pub(super) const DERIVED_COLUMNS: &str = concat!(columns!(), ", number_kind, e164");

/// What [`contact`] reads.
pub(super) const COLUMNS: &str = columns!();

statements! {
    GET = select!("id = ?2 AND (?3 IS NULL OR client_id = ?3)")
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    /// Those of a client under this entry of the index by number, oldest first, ?4 at most.
    WITH_NUMBER = select!("client_id = ?2 AND COALESCE(e164, number) = ?3 ORDER BY id LIMIT ?4")
        => ["SEARCH contacts USING INDEX contacts_by_number (user_id=? AND client_id=? AND <expr>=?)"];

    /// A row that is known to be there.
    GET_DERIVED = concat!("SELECT ", columns!(), ", number_kind, e164 FROM contacts WHERE user_id = ?1 AND id = ?2")
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    GET_WITH_REGION = concat!("SELECT ", columns!(),
        ", (SELECT region FROM clients WHERE user_id = ?1 AND id = contacts.client_id)
        FROM contacts WHERE user_id = ?1 AND id = ?2 AND (?3 IS NULL OR client_id = ?3)")
        => [
            "SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)",
            "CORRELATED SCALAR SUBQUERY 1",
            "SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)",
        ];

    /// Asks for the ids below ?2, at most ?3 of them.
    NEWEST_OF_ALL = select!("id < ?2 ORDER BY id DESC LIMIT ?3")
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id<?)"];

    NEWEST_OF_CLIENT = select!("client_id = ?4 AND id < ?2 ORDER BY id DESC LIMIT ?3")
        => ["SEARCH contacts USING INDEX contacts_by_client (user_id=? AND client_id=? AND id<?)"];

    NEWEST_OF_DEFAULT_CLIENT = select!("client_id = (SELECT id FROM clients WHERE user_id = ?1 AND is_default)
        AND id < ?2 ORDER BY id DESC LIMIT ?3")
        => [
            "SEARCH contacts USING INDEX contacts_by_client (user_id=? AND client_id=? AND id<?)",
            "SCALAR SUBQUERY 1",
            "SEARCH clients USING INDEX clients_default (user_id=?)",
        ];

    /// The group ?4 chooses the client, among those the scope reaches: ?5, or all.
    NEWEST_OF_GROUP = select!("client_id =
            (SELECT client_id FROM contact_groups WHERE user_id = ?1 AND id = ?4 AND (?5 IS NULL OR client_id = ?5))
        AND group_id = ?4 AND id < ?2 ORDER BY id DESC LIMIT ?3")
        => [
            "SEARCH contacts USING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=? AND id<?)",
            "SCALAR SUBQUERY 1",
            "SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)",
        ];

    /// Asks for the ids above ?2, as the next three do.
    OLDEST_OF_ALL = select!("id > ?2 ORDER BY id LIMIT ?3")
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id>?)"];

    OLDEST_OF_CLIENT = select!("client_id = ?4 AND id > ?2 ORDER BY id LIMIT ?3")
        => ["SEARCH contacts USING INDEX contacts_by_client (user_id=? AND client_id=? AND id>?)"];

    OLDEST_OF_DEFAULT_CLIENT = select!("client_id = (SELECT id FROM clients WHERE user_id = ?1 AND is_default)
        AND id > ?2 ORDER BY id LIMIT ?3")
        => [
            "SEARCH contacts USING INDEX contacts_by_client (user_id=? AND client_id=? AND id>?)",
            "SCALAR SUBQUERY 1",
            "SEARCH clients USING INDEX clients_default (user_id=?)",
        ];

    OLDEST_OF_GROUP = select!("client_id =
            (SELECT client_id FROM contact_groups WHERE user_id = ?1 AND id = ?4 AND (?5 IS NULL OR client_id = ?5))
        AND group_id = ?4 AND id > ?2 ORDER BY id LIMIT ?3")
        => [
            "SEARCH contacts USING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=? AND id>?)",
            "SCALAR SUBQUERY 1",
            "SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)",
        ];

    /// One row, if the group holds more contacts than ?4: counting them all would read them all.
    HOLDS_MORE_THAN = "SELECT 1 FROM contacts WHERE user_id = ?1 AND client_id = ?2 AND group_id = ?3 LIMIT 1 OFFSET ?4"
        => ["SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)"];

    /// Where a contact comes, and where that is at home: into this group, of the client ?3 or whichever.
    PLACE_OF_GROUP = "SELECT c.id, g.id, c.region FROM contact_groups g
        CROSS JOIN clients c ON c.user_id = g.user_id AND c.id = g.client_id
        WHERE g.user_id = ?1 AND g.id = ?2 AND (?3 IS NULL OR g.client_id = ?3)"
        => [
            "SEARCH g USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)",
            "SEARCH c USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)",
        ];

    PLACE_OF_CLIENT = "SELECT c.id, g.id, c.region FROM clients c
        CROSS JOIN contact_groups g ON g.user_id = c.user_id AND g.client_id = c.id AND g.is_default
        WHERE c.user_id = ?1 AND c.id = ?2"
        => [
            "SEARCH c USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)",
            "SEARCH g USING INDEX contact_groups_default (user_id=? AND client_id=?)",
        ];

    PLACE_OF_DEFAULT_CLIENT = "SELECT c.id, g.id, c.region FROM clients c
        CROSS JOIN contact_groups g ON g.user_id = c.user_id AND g.client_id = c.id AND g.is_default
        WHERE c.user_id = ?1 AND c.is_default"
        => [
            "SEARCH c USING INDEX clients_default (user_id=?)",
            "SEARCH g USING INDEX contact_groups_default (user_id=? AND client_id=?)",
        ];

    REGION = "SELECT region FROM clients WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)"];

    INSERT = "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, survey_id,
            survey_sort_integer, survey_sort_text, created_at, updated_at, legacy_version, revision,
            number_kind, e164, name_key, search_key)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"
        => [];

    /// What no index holds, so that none is touched.
    UPDATE = "UPDATE contacts SET channel = ?3, survey_id = ?4, survey_sort_integer = ?5, survey_sort_text = ?6,
            updated_at = ?7, revision = ?8
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    /// The same with name and number, and what is derived of them.
    UPDATE_WITH_TEXTS = "UPDATE contacts SET channel = ?3, survey_id = ?4, survey_sort_integer = ?5,
            survey_sort_text = ?6, updated_at = ?7, revision = ?8,
            name = ?9, number = ?10, number_kind = ?11, e164 = ?12, name_key = ?13, search_key = ?14
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    /// All but the client.
    REPLACE = "UPDATE contacts SET group_id = ?3, name = ?4, number = ?5, channel = ?6, survey_id = ?7,
            survey_sort_integer = ?8, survey_sort_text = ?9, created_at = ?10, updated_at = ?11, legacy_version = ?12,
            revision = ?13, number_kind = ?14, e164 = ?15, name_key = ?16, search_key = ?17
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    MOVE = "UPDATE contacts SET group_id = ?3 WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    DELETE = "DELETE FROM contacts WHERE user_id = ?1 AND id = ?2 AND (?3 IS NULL OR client_id = ?3)"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    VERSION = "SELECT created_at, revision FROM contacts WHERE user_id = ?1 AND id = ?2 AND (?3 IS NULL OR client_id = ?3)"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];
}

pub(crate) fn contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    Ok(Contact {
        id: id(row, 0)?,
        client_id: id(row, 1)?,
        group_id: id(row, 2)?,
        name: ContactName::from_stored(row.get(3)?),
        number: Number::from_stored(row.get(4)?),
        channel: Channel::from_stored(row.get_ref(5)?.as_str()?),
        transaction: transaction(row, 6)?,
        created_at: time(row, 9)?,
        updated_at: time(row, 10)?,
        legacy_version: row.get(11)?,
        revision: row.get(12)?,
    })
}

/// From this column and the next two: see [`survey`].
pub(crate) fn transaction(row: &Row<'_>, column: usize) -> rusqlite::Result<Transaction> {
    let sort_integer = row.get::<_, Option<i64>>(column + 1)?.map(SurveySortId::Integer);
    let sort_text = row.get::<_, Option<String>>(column + 2)?.map(SurveySortId::Text);
    Ok(Transaction { survey_id: optional_id(row, column)?, survey_sort_id: sort_integer.or(sort_text) })
}

pub(super) fn get(connection: &Connection, scope: &Scope, id: ContactId) -> rusqlite::Result<Option<Contact>> {
    let client = scope.client();
    let client = client.as_ref().map(ClientId::as_bytes);
    query::one(connection, GET, params![scope.user().as_bytes(), id.as_bytes(), client], contact)
}

/// The user's contact with this id, whichever client's it is.
pub(crate) fn find(connection: &Connection, user: UserId, id: ContactId) -> rusqlite::Result<Option<Contact>> {
    query::one(connection, GET, params![user.as_bytes(), id.as_bytes(), None::<&[u8]>], contact)
}

/// A client's contacts that the index by number has under this key: the first so many by id.
pub(crate) fn with_number(
    connection: &Connection,
    user: UserId,
    client: ClientId,
    key: &str,
    most: usize,
) -> rusqlite::Result<Vec<Contact>> {
    let params = params![user.as_bytes(), client.as_bytes(), key, query::rows(most)];
    query::all(connection, WITH_NUMBER, params, contact)
}

/// While a client's contacts are derived anew, what stands in the row may be of the region before; so what is answered is
/// derived on the spot, which takes microseconds.
pub(super) fn get_with_number_info(
    connection: &Connection,
    scope: &Scope,
    id: ContactId,
) -> rusqlite::Result<Option<(Contact, NumberInfo)>> {
    let (user, client) = (scope.user(), scope.client());
    let client = client.as_ref().map(ClientId::as_bytes);
    let params = params![user.as_bytes(), id.as_bytes(), client];
    query::one(connection, GET_WITH_REGION, params, |row| {
        let (contact, region) = (contact(row)?, row.get::<_, Option<String>>(13)?.map(Region::from_stored));
        let info = NumberInfo::derive(&contact.number, region.as_ref());
        Ok((contact, info))
    })
}

/// A contact, and what stands in its row of its number.
pub(super) fn derived(row: &Row<'_>) -> rusqlite::Result<(Contact, NumberInfo)> {
    Ok((contact(row)?, number_info(row, 13)?))
}

/// The same of a contact that is known to be there.
pub(super) fn find_derived(
    connection: &Connection,
    user: UserId,
    id: ContactId,
) -> rusqlite::Result<(Contact, NumberInfo)> {
    connection.prepare_cached(GET_DERIVED)?.query_row(params![user.as_bytes(), id.as_bytes()], derived)
}

/// From this column and the next.
pub(crate) fn number_info(row: &Row<'_>, column: usize) -> rusqlite::Result<NumberInfo> {
    Ok(NumberInfo {
        kind: parsed(row, column, NumberKind::of_word)?,
        e164: row.get::<_, Option<String>>(column + 1)?.map(E164::from_stored),
    })
}

/// Whether a group has more contacts than so many.
pub(crate) fn holds_more_than(
    connection: &Connection,
    user: UserId,
    client: ClientId,
    group: GroupId,
    rows: usize,
) -> rusqlite::Result<bool> {
    let params = params![user.as_bytes(), client.as_bytes(), group.as_bytes(), query::rows(rows)];
    Ok(query::one(connection, HOLDS_MORE_THAN, params, |_| Ok(()))?.is_some())
}

/// A client's region.
pub(crate) fn region(connection: &Connection, user: UserId, client: ClientId) -> rusqlite::Result<Option<Region>> {
    let region = query::one(connection, REGION, params![user.as_bytes(), client.as_bytes()], |row| row.get(0))?;
    Ok(region.flatten().map(Region::from_stored))
}

pub(crate) fn insert(
    connection: &Connection,
    user: UserId,
    contact: &Contact,
    derived: &Derived,
) -> rusqlite::Result<()> {
    let (survey_id, sort_integer, sort_text) = survey(&contact.transaction);
    query::write(
        connection,
        INSERT,
        params![
            user.as_bytes(),
            contact.id.as_bytes(),
            contact.client_id.as_bytes(),
            contact.group_id.as_bytes(),
            contact.name.as_str(),
            contact.number.as_str(),
            contact.channel.as_str(),
            survey_id,
            sort_integer,
            sort_text,
            contact.created_at.millis(),
            contact.updated_at.millis(),
            contact.legacy_version,
            contact.revision,
            derived.number.kind.as_str(),
            derived.number.e164.as_ref().map(E164::as_str),
            derived.name_key.as_str(),
            derived.search_key.as_str(),
        ],
    )?;
    Ok(())
}

/// All there is of a contact but its client: it may be one that was made anew under the id of one that went.
pub(crate) fn replace(
    connection: &Connection,
    user: UserId,
    contact: &Contact,
    derived: &Derived,
) -> rusqlite::Result<()> {
    let (survey_id, sort_integer, sort_text) = survey(&contact.transaction);
    query::write(
        connection,
        REPLACE,
        params![
            user.as_bytes(),
            contact.id.as_bytes(),
            contact.group_id.as_bytes(),
            contact.name.as_str(),
            contact.number.as_str(),
            contact.channel.as_str(),
            survey_id,
            sort_integer,
            sort_text,
            contact.created_at.millis(),
            contact.updated_at.millis(),
            contact.legacy_version,
            contact.revision,
            derived.number.kind.as_str(),
            derived.number.e164.as_ref().map(E164::as_str),
            derived.name_key.as_str(),
            derived.search_key.as_str(),
        ],
    )?;
    Ok(())
}

/// All that can change but the group. Name and number only with what is derived of them.
pub(super) fn update(
    connection: &Connection,
    user: UserId,
    contact: &Contact,
    derived: Option<&Derived>,
) -> rusqlite::Result<()> {
    let (survey_id, sort_integer, sort_text) = survey(&contact.transaction);
    let (user, id, channel) = (user.as_bytes(), contact.id.as_bytes(), contact.channel.as_str());
    let (updated_at, revision) = (contact.updated_at.millis(), contact.revision);
    match derived {
        None => query::write(
            connection,
            UPDATE,
            params![user, id, channel, survey_id, sort_integer, sort_text, updated_at, revision],
        ),
        Some(derived) => query::write(
            connection,
            UPDATE_WITH_TEXTS,
            params![
                user,
                id,
                channel,
                survey_id,
                sort_integer,
                sort_text,
                updated_at,
                revision,
                contact.name.as_str(),
                contact.number.as_str(),
                derived.number.kind.as_str(),
                derived.number.e164.as_ref().map(E164::as_str),
                derived.name_key.as_str(),
                derived.search_key.as_str(),
            ],
        ),
    }?;
    Ok(())
}

/// The three columns of a survey: the place in it has one for each JSON type.
pub(crate) fn survey(transaction: &Transaction) -> (Option<&[u8; 12]>, Option<i64>, Option<&str>) {
    let sort = transaction.survey_sort_id.as_ref();
    let (integer, text) = (sort.and_then(SurveySortId::integer), sort.and_then(SurveySortId::text));
    (transaction.survey_id.as_ref().map(ObjectId::as_bytes), integer, text)
}
