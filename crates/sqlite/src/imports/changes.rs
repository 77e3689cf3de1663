//! What an import did to contacts.

use roster_domain::{
    Channel, Claim, ClientId, ContactChanges, ContactId, ContactName, ImportChange, ImportChanges, ImportId, Keyset,
    LeftAlone, LeftReason, Number, Page, Scope, Transaction, TransactionChanges, UndoableChange, Version,
};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, parsed, time};
use crate::contacts;
use crate::query::{self, BELOW_ALL, one_more};
use crate::statements::statements;

statements! {
    /// What was before the first change stays.
    NOTE = "INSERT INTO import_changes (user_id, import_id, contact_id, contact_created_at, contact_revision, is_new,
            group_id, name, number, channel, survey_id, survey_sort_integer, survey_sort_text)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        ON CONFLICT (user_id, import_id, contact_id) DO UPDATE
            SET contact_created_at = excluded.contact_created_at, contact_revision = excluded.contact_revision"
        => [];

    /// Behind this contact, by their ids.
    NEXT = "SELECT contact_id, contact_created_at, contact_revision, is_new, group_id, name, number, channel, survey_id,
            survey_sort_integer, survey_sort_text
        FROM import_changes WHERE user_id = ?1 AND import_id = ?2 AND contact_id > ?3 ORDER BY contact_id LIMIT ?4"
        => ["SEARCH import_changes USING INDEX sqlite_autoindex_import_changes_1 (user_id=? AND import_id=? AND contact_id>?)"];

    LEAVE = "UPDATE import_changes SET left_alone = ?4 WHERE user_id = ?1 AND import_id = ?2 AND contact_id = ?3"
        => ["SEARCH import_changes USING INDEX sqlite_autoindex_import_changes_1 (user_id=? AND import_id=? AND contact_id=?)"];

    LEFT_ALONE = "SELECT c.contact_id, c.left_alone FROM imports i
        CROSS JOIN import_changes c ON c.user_id = i.user_id AND c.import_id = i.id AND c.left_alone IS NOT NULL
        WHERE i.user_id = ?1 AND (?2 IS NULL OR i.client_id = ?2) AND i.state <> 'discarded' AND i.id = ?3
            AND c.contact_id > ?4
        ORDER BY c.contact_id LIMIT ?5"
        => [
            "SEARCH i USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)",
            "SEARCH c USING INDEX import_changes_left (user_id=? AND import_id=? AND contact_id>?)",
        ];
}

pub(super) fn note(connection: &Connection, claim: &Claim, changes: &ImportChanges) -> rusqlite::Result<()> {
    for (contact, ImportChange { before, version }) in &changes.0 {
        let before = before.as_ref();
        let (survey_id, sort_integer, sort_text) =
            before.map_or((None, None, None), |before| contacts::survey(&before.transaction));
        query::write(
            connection,
            NOTE,
            params![
                claim.user.as_bytes(),
                claim.import.id.as_bytes(),
                contact.as_bytes(),
                version.created_at.millis(),
                version.revision,
                before.is_none(),
                before.map(|before| before.group_id.as_bytes()),
                before.map(|before| before.name.as_str()),
                before.map(|before| before.number.as_str()),
                before.map(|before| before.channel.as_str()),
                survey_id,
                sort_integer,
                sort_text,
            ],
        )?;
    }
    Ok(())
}

/// At most so many of those that aren't undone yet.
pub(super) fn not_undone(
    connection: &Connection,
    claim: &Claim,
    after: &[u8],
    most: usize,
) -> rusqlite::Result<Vec<UndoableChange>> {
    let params = params![claim.user.as_bytes(), claim.import.id.as_bytes(), after, query::rows(most)];
    query::all(connection, NEXT, params, changed)
}

fn changed(row: &Row<'_>) -> rusqlite::Result<UndoableChange> {
    let is_new: bool = row.get(3)?;
    Ok(UndoableChange {
        contact: id(row, 0)?,
        version: Version { created_at: time(row, 1)?, revision: row.get(2)? },
        back: if is_new { None } else { Some(before(row)?) },
    })
}

fn before(row: &Row<'_>) -> rusqlite::Result<ContactChanges> {
    let Transaction { survey_id, survey_sort_id } = contacts::transaction(row, 8)?;
    Ok(ContactChanges {
        group_id: Some(id(row, 4)?),
        name: Some(ContactName::from_stored(row.get(5)?)),
        number: Some(Number::from_stored(row.get(6)?)),
        channel: Some(Channel::from_stored(row.get_ref(7)?.as_str()?)),
        transaction: TransactionChanges { survey_id: Some(survey_id), survey_sort_id: Some(survey_sort_id) },
    })
}

/// Notes why a contact isn't undone, or not quite.
pub(super) fn leave(connection: &Connection, claim: &Claim, left: LeftAlone) -> rusqlite::Result<()> {
    let LeftAlone { contact, reason } = left;
    let (user, import) = (claim.user.as_bytes(), claim.import.id.as_bytes());
    query::write(connection, LEAVE, params![user, import, contact.as_bytes(), reason.as_str()])?;
    Ok(())
}

pub(super) fn left_alone(
    connection: &Connection,
    scope: &Scope,
    import: ImportId,
    keyset: Keyset<ContactId>,
) -> rusqlite::Result<Page<LeftAlone>> {
    let (user, client) = (scope.user(), scope.client());
    let after = keyset.after.as_ref().map_or(BELOW_ALL, |id| id.as_bytes());
    let params = params![
        user.as_bytes(),
        client.as_ref().map(ClientId::as_bytes),
        import.as_bytes(),
        after,
        one_more(keyset.limit),
    ];
    let rows = query::all(connection, LEFT_ALONE, params, |row| {
        Ok(LeftAlone { contact: id(row, 0)?, reason: parsed(row, 1, LeftReason::from_word)? })
    })?;
    Ok(Page::of_one_more(rows, keyset.limit))
}
