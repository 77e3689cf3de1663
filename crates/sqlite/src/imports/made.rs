//! Groups that an import made.

use roster_domain::ports::Worked;
use roster_domain::{Claim, ContactGroup, ImportState, NewGroup};
use rusqlite::{Connection, params};

use super::lease::under;
use crate::statements::statements;
use crate::{clients, groups, query};

statements! {
    NOTE = "INSERT INTO import_groups (user_id, import_id, group_id) VALUES (?1, ?2, ?3)"
        => [];

    /// Those that are empty and as they were made, of the client ?3. The last line is the foreign key's question.
    REMOVE = "DELETE FROM contact_groups
        WHERE user_id = ?1 AND client_id = ?3 AND NOT is_default AND revision = 0
            AND id IN (SELECT group_id FROM import_groups WHERE user_id = ?1 AND import_id = ?2)
            AND NOT EXISTS (SELECT 1 FROM contacts
                WHERE user_id = ?1 AND client_id = ?3 AND group_id = contact_groups.id)"
        => [
            "SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=? AND id=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_groups USING COVERING INDEX sqlite_autoindex_import_groups_1 (user_id=? AND import_id=?)",
            "CREATE BLOOM FILTER",
            "CORRELATED SCALAR SUBQUERY 2",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
        ];
}

/// Makes one, if the claim holds.
pub(super) fn group(connection: &Connection, claim: &Claim, new: &NewGroup) -> rusqlite::Result<Worked<ContactGroup>> {
    let client = clients::of_scope(connection, &claim.scope())?;
    under(connection, claim, ImportState::Running, client, |_, _| {
        // It is made: the client is there.
        let group = groups::create(connection, &claim.scope(), new)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let params = params![claim.user.as_bytes(), claim.import.id.as_bytes(), group.id.as_bytes()];
        query::write(connection, NOTE, params)?;
        Ok(Worked::Done(group))
    })
}

/// Removes those that can be.
pub(super) fn remove(connection: &Connection, claim: &Claim) -> rusqlite::Result<()> {
    let Claim { user, import, .. } = claim;
    query::write(connection, REMOVE, params![user.as_bytes(), import.id.as_bytes(), import.client_id.as_bytes()])?;
    Ok(())
}
