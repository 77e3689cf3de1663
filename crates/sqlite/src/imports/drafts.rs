//! Contacts as a dry run would leave them.

use roster_domain::{Claim, ClientId, Contact, ContactId, Derived, Plan, UserId};
use rusqlite::{Connection, params};

use crate::batches::Sight;
use crate::contacts::{self, contact, contact_columns};
use crate::query;
use crate::statements::statements;

statements! {
    WITH_ID = concat!("SELECT ", contact_columns!(), " FROM import_drafts
        WHERE user_id = ?1 AND import_id = ?2 AND id = ?3")
        => ["SEARCH import_drafts USING INDEX sqlite_autoindex_import_drafts_1 (user_id=? AND import_id=? AND id=?)"];

    WITH_KEY = concat!("SELECT ", contact_columns!(), " FROM import_drafts
        WHERE user_id = ?1 AND import_id = ?2 AND match_key = ?3 ORDER BY id LIMIT ?4")
        => ["SEARCH import_drafts USING INDEX import_drafts_by_key (user_id=? AND import_id=? AND match_key=?)"];

    /// Contacts of the client ?5 that the dry run leaves as they are.
    UNTOUCHED_WITH_KEY = concat!("SELECT ", contact_columns!(), " FROM contacts
        WHERE user_id = ?1 AND client_id = ?5 AND COALESCE(e164, number) = ?3
            AND NOT EXISTS (SELECT 1 FROM import_drafts d
                WHERE d.user_id = ?1 AND d.import_id = ?2 AND d.id = contacts.id)
        ORDER BY id LIMIT ?4")
        => [
            "SEARCH contacts USING INDEX contacts_by_number (user_id=? AND client_id=? AND <expr>=?)",
            "CORRELATED SCALAR SUBQUERY 1",
            "SEARCH d USING COVERING INDEX sqlite_autoindex_import_drafts_1 (user_id=? AND import_id=? AND id=?)",
        ];

    PUT = concat!("INSERT OR REPLACE INTO import_drafts (user_id, import_id, match_key, ", contact_columns!(), ")
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)")
        => [];
}

/// Contacts as the dry run has left them so far: its drafts, and what is stored of those it has none of.
pub(super) struct Drafted<'a>(pub(super) &'a Claim);

impl Sight for Drafted<'_> {
    fn with_id(&self, connection: &Connection, user: UserId, id: ContactId) -> rusqlite::Result<Option<Contact>> {
        let params = params![user.as_bytes(), self.0.import.id.as_bytes(), id.as_bytes()];
        match query::one(connection, WITH_ID, params, contact)? {
            Some(draft) => Ok(Some(draft)),
            None => contacts::find(connection, user, id),
        }
    }

    fn with_number(
        &self,
        connection: &Connection,
        user: UserId,
        client: ClientId,
        key: &str,
        most: usize,
    ) -> rusqlite::Result<Vec<Contact>> {
        let (user, import, most) = (user.as_bytes(), self.0.import.id.as_bytes(), query::rows(most));
        let mut found = query::all(connection, WITH_KEY, params![user, import, key, most], contact)?;
        let untouched = params![user, import, key, most, client.as_bytes()];
        found.extend(query::all(connection, UNTOUCHED_WITH_KEY, untouched, contact)?);
        Ok(found)
    }
}

/// Keeps what would have been written. Imports delete nothing.
pub(super) fn write(connection: &Connection, claim: &Claim, plan: &Plan) -> rusqlite::Result<()> {
    for (contact, derived) in plan.inserts.iter().chain(&plan.updates) {
        put(connection, claim, contact, derived)?;
    }
    Ok(())
}

fn put(connection: &Connection, claim: &Claim, contact: &Contact, derived: &Derived) -> rusqlite::Result<()> {
    let (survey_id, sort_integer, sort_text) = contacts::survey(&contact.transaction);
    query::write(
        connection,
        PUT,
        params![
            claim.user.as_bytes(),
            claim.import.id.as_bytes(),
            derived.number.match_key(&contact.number),
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
