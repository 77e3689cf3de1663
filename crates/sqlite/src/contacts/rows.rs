//! The statements about contacts, and how their rows are read and written.

use roster_domain::{
    Channel, ClientId, Contact, ContactId, ContactName, Number, ObjectId, Scope, SurveySortId, Transaction, UserId,
};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, optional_id, time};
use crate::query;
use crate::statements::statements;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, survey_sort_text,
                created_at, updated_at, legacy_version, revision
            FROM contacts WHERE user_id = ?1 AND ",
            $rest
        )
    };
}

statements! {
    GET = select!("id = ?2 AND (?3 IS NULL OR client_id = ?3)")
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    /// Newest first, as all pages. Asks for the ids below ?2, at most ?3 of them.
    PAGE_OF_ALL = select!("id < ?2 ORDER BY id DESC LIMIT ?3")
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id<?)"];

    PAGE_OF_CLIENT = select!("client_id = ?4 AND id < ?2 ORDER BY id DESC LIMIT ?3")
        => ["SEARCH contacts USING INDEX contacts_by_client (user_id=? AND client_id=? AND id<?)"];

    PAGE_OF_DEFAULT_CLIENT = select!("client_id = (SELECT id FROM clients WHERE user_id = ?1 AND is_default)
        AND id < ?2 ORDER BY id DESC LIMIT ?3")
        => [
            "SEARCH contacts USING INDEX contacts_by_client (user_id=? AND client_id=? AND id<?)",
            "SCALAR SUBQUERY 1",
            "SEARCH clients USING INDEX clients_default (user_id=?)",
        ];

    /// The group ?4 chooses the client, among those the scope reaches: ?5, or all.
    PAGE_OF_GROUP = select!("client_id =
            (SELECT client_id FROM contact_groups WHERE user_id = ?1 AND id = ?4 AND (?5 IS NULL OR client_id = ?5))
        AND group_id = ?4 AND id < ?2 ORDER BY id DESC LIMIT ?3")
        => [
            "SEARCH contacts USING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=? AND id<?)",
            "SCALAR SUBQUERY 1",
            "SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)",
        ];

    /// What the pages hold, all at once, in any order and only the ids.
    IDS_OF_ALL = "SELECT id FROM contacts WHERE user_id = ?1"
        => ["SEARCH contacts USING COVERING INDEX contacts_by_client (user_id=?)"];

    IDS_OF_CLIENT = "SELECT id FROM contacts WHERE user_id = ?1 AND client_id = ?2"
        => ["SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=?)"];

    IDS_OF_DEFAULT_CLIENT = "SELECT id FROM contacts WHERE user_id = ?1
        AND client_id = (SELECT id FROM clients WHERE user_id = ?1 AND is_default)"
        => [
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=?)",
            "SCALAR SUBQUERY 1",
            "SEARCH clients USING INDEX clients_default (user_id=?)",
        ];

    IDS_OF_GROUP = "SELECT id FROM contacts WHERE user_id = ?1
        AND client_id =
            (SELECT client_id FROM contact_groups WHERE user_id = ?1 AND id = ?2 AND (?3 IS NULL OR client_id = ?3))
        AND group_id = ?2"
        => [
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
            "SCALAR SUBQUERY 1",
            "SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_1 (user_id=? AND id=?)",
        ];

    INSERT = "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, survey_id,
            survey_sort_integer, survey_sort_text, created_at, updated_at, legacy_version, revision)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        => [];

    /// All that can change but the group, so that no index is touched.
    UPDATE = "UPDATE contacts SET name = ?3, number = ?4, channel = ?5, survey_id = ?6, survey_sort_integer = ?7,
            survey_sort_text = ?8, updated_at = ?9, revision = ?10
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    MOVE = "UPDATE contacts SET group_id = ?3 WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    DELETE = "DELETE FROM contacts WHERE user_id = ?1 AND id = ?2 AND (?3 IS NULL OR client_id = ?3)"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];

    /// Only while it is in the group, where one was asked for.
    DELETE_FROM_GROUP = "DELETE FROM contacts WHERE user_id = ?1 AND id = ?2 AND (?3 IS NULL OR group_id = ?3)"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];
}

pub(super) fn contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    let sort_integer = row.get::<_, Option<i64>>(7)?.map(SurveySortId::Integer);
    let sort_text = row.get::<_, Option<String>>(8)?.map(SurveySortId::Text);
    Ok(Contact {
        id: id(row, 0)?,
        client_id: id(row, 1)?,
        group_id: id(row, 2)?,
        name: ContactName::from_stored(row.get(3)?),
        number: Number::from_stored(row.get(4)?),
        channel: Channel::from_stored(row.get(5)?),
        transaction: Transaction { survey_id: optional_id(row, 6)?, survey_sort_id: sort_integer.or(sort_text) },
        created_at: time(row, 9)?,
        updated_at: time(row, 10)?,
        legacy_version: row.get(11)?,
        revision: row.get(12)?,
    })
}

pub(super) fn get(connection: &Connection, scope: &Scope, id: ContactId) -> rusqlite::Result<Option<Contact>> {
    let client = scope.client();
    let client = client.as_ref().map(ClientId::as_bytes);
    query::one(connection, GET, params![scope.user().as_bytes(), id.as_bytes(), client], contact)
}

pub(super) fn insert(connection: &Connection, user: UserId, contact: &Contact) -> rusqlite::Result<()> {
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
        ],
    )?;
    Ok(())
}

/// All that can change but the group.
pub(super) fn update(connection: &Connection, user: UserId, contact: &Contact) -> rusqlite::Result<()> {
    let (survey_id, sort_integer, sort_text) = survey(&contact.transaction);
    query::write(
        connection,
        UPDATE,
        params![
            user.as_bytes(),
            contact.id.as_bytes(),
            contact.name.as_str(),
            contact.number.as_str(),
            contact.channel.as_str(),
            survey_id,
            sort_integer,
            sort_text,
            contact.updated_at.millis(),
            contact.revision,
        ],
    )?;
    Ok(())
}

/// The three columns of a survey: the place in it has one for each JSON type.
fn survey(transaction: &Transaction) -> (Option<&[u8; 12]>, Option<i64>, Option<&str>) {
    let (integer, text) = match &transaction.survey_sort_id {
        None => (None, None),
        Some(SurveySortId::Integer(integer)) => (Some(*integer), None),
        Some(SurveySortId::Text(text)) => (None, Some(text.as_str())),
    };
    (transaction.survey_id.as_ref().map(ObjectId::as_bytes), integer, text)
}
