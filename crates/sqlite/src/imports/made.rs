//! Groups that an import made.

use roster_domain::ports::{STEP_ROWS, Worked};
use roster_domain::{Claim, ContactGroup, GroupId, ImportState, NewGroup, Timestamp};
use rusqlite::{Connection, params};

use super::lease::{renew, under};
use crate::columns::id;
use crate::statements::statements;
use crate::{clients, groups, query};

statements! {
    NOTE = "INSERT INTO import_groups (user_id, import_id, group_id) VALUES (?1, ?2, ?3)"
        => [];

    IS_NOTED = "SELECT 1 FROM import_groups WHERE user_id = ?1 AND import_id = ?2 AND group_id = ?3"
        => ["SEARCH import_groups USING COVERING INDEX sqlite_autoindex_import_groups_1 (user_id=? AND import_id=? AND group_id=?)"];

    /// ?3 of them at most.
    NOTED = "SELECT group_id FROM import_groups WHERE user_id = ?1 AND import_id = ?2 LIMIT ?3"
        => ["SEARCH import_groups USING COVERING INDEX sqlite_autoindex_import_groups_1 (user_id=? AND import_id=?)"];

    FORGET = "DELETE FROM import_groups WHERE user_id = ?1 AND import_id = ?2 AND group_id = ?3"
        => ["SEARCH import_groups USING INDEX sqlite_autoindex_import_groups_1 (user_id=? AND import_id=? AND group_id=?)"];

    /// If it is the client ?2's, empty, and as it was made. The last line is the foreign key's question.
    REMOVE = "DELETE FROM contact_groups
        WHERE user_id = ?1 AND client_id = ?2 AND id = ?3 AND NOT is_default AND revision = 0
            AND NOT EXISTS (SELECT 1 FROM contacts
                WHERE user_id = ?1 AND client_id = ?2 AND group_id = contact_groups.id)"
        => [
            "SEARCH contact_groups USING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=? AND id=?)",
            "CORRELATED SCALAR SUBQUERY 1",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
        ];
}

/// Makes one, if the claim holds, and renews the lease. In a dry run it is only noted.
pub(super) fn group(
    connection: &Connection,
    claim: &Claim,
    new: &NewGroup,
    lease_until: Timestamp,
) -> rusqlite::Result<Worked<ContactGroup>> {
    let (user, client) = (claim.user, clients::of_scope(connection, &claim.scope())?);
    under(connection, claim, ImportState::Running, client, |client, _| {
        let group = match claim.import.is_dry_run {
            true => new.made_in(client),
            false => groups::insert(connection, user, client, new, false)?,
        };
        query::write(connection, NOTE, params![user.as_bytes(), claim.import.id.as_bytes(), group.id.as_bytes()])?;
        renew(connection, claim, lease_until)?;
        Ok(Worked::Done(group))
    })
}

/// Those of these groups that it made, or would make.
pub(super) fn noted(connection: &Connection, claim: &Claim, groups: &[GroupId]) -> rusqlite::Result<Vec<GroupId>> {
    let mut noted = Vec::new();
    for group in groups {
        let params = params![claim.user.as_bytes(), claim.import.id.as_bytes(), group.as_bytes()];
        noted.extend(query::one(connection, IS_NOTED, params, |_| Ok(*group))?);
    }
    Ok(noted)
}

/// Removes some of those that it made, if nobody has come to use them; they were made by it no more. Whether there may
/// be others.
pub(super) fn remove_some(connection: &Connection, claim: &Claim) -> rusqlite::Result<bool> {
    let Claim { user, import, .. } = claim;
    let (user, client, import) = (user.as_bytes(), import.client_id.as_bytes(), import.id.as_bytes());
    let params = params![user, import, query::rows(STEP_ROWS)];
    let made: Vec<GroupId> = query::all(connection, NOTED, params, |row| id(row, 0))?;
    for group in &made {
        query::write(connection, REMOVE, params![user, client, group.as_bytes()])?;
        query::write(connection, FORGET, params![user, import, group.as_bytes()])?;
    }
    Ok(made.len() >= STEP_ROWS)
}
