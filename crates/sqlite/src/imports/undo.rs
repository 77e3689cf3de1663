//! Undoing what an import did.

use std::collections::HashSet;

use roster_domain::ports::{EndTimes, UNDO_ROWS};
use roster_domain::{BatchClient, Claim, GroupId, Lease, Timestamp, UndoCounts, UndoPlan, UndoableChange};
use rusqlite::{Connection, params};

use super::lease::renew;
use super::{changes, made};
use crate::statements::statements;
use crate::{batches, contacts, groups, query};

statements! {
    UNDONE_UP_TO = "SELECT undo_after FROM imports WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    GO_ON = "UPDATE imports SET undo_after = ?3, undo_removed = undo_removed + ?4, undo_restored = undo_restored + ?5,
            undo_left = undo_left + ?6
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    END = "UPDATE imports SET state = 'undone', expires_at = ?3, lease_holder = NULL, lease_until = NULL
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];
}

/// Undoes the next contacts, under a lease that holds; behind the last of them the groups. Whether there may be more.
pub(super) fn step(
    connection: &Connection,
    claim: &Claim,
    lease: Lease,
    times: EndTimes,
    client: &BatchClient,
) -> rusqlite::Result<bool> {
    let has_more = undo_some(connection, claim, times.ended_at, client)? || made::remove_some(connection, claim)?;
    if has_more {
        renew(connection, claim, lease.until)?;
    } else {
        let (user, import) = (claim.user.as_bytes(), claim.import.id.as_bytes());
        query::write(connection, END, params![user, import, times.expires_at.millis()])?;
    }
    Ok(has_more)
}

/// Whether there were any contacts that weren't undone yet.
fn undo_some(connection: &Connection, claim: &Claim, at: Timestamp, client: &BatchClient) -> rusqlite::Result<bool> {
    let (user, import) = (claim.user.as_bytes(), claim.import.id.as_bytes());
    let after: Option<Vec<u8>> =
        query::one(connection, UNDONE_UP_TO, params![user, import], |row| row.get(0))?.flatten();
    let changes = changes::not_undone(connection, claim, &after.unwrap_or_default(), UNDO_ROWS)?;
    let Some(last) = changes.last().map(|change| change.contact) else { return Ok(false) };
    let known = known_groups(connection, claim, &changes)?;
    let mut found = Vec::with_capacity(changes.len());
    for change in &changes {
        found.extend(contacts::find(connection, claim.user, change.contact)?);
    }
    let UndoPlan { plan, left, counts } = UndoPlan::of(changes, found, client, &known, at);
    batches::write(connection, claim.user, &plan)?;
    for left in left {
        changes::leave(connection, claim, left)?;
    }
    let UndoCounts { removed, restored, left } = counts;
    query::write(connection, GO_ON, params![user, import, last.as_bytes(), removed, restored, left])?;
    Ok(true)
}

/// Which of the groups that they are to go back to are still the client's.
fn known_groups(
    connection: &Connection,
    claim: &Claim,
    changes: &[UndoableChange],
) -> rusqlite::Result<HashSet<GroupId>> {
    let mut known = HashSet::new();
    for group in changes.iter().filter_map(|change| change.back.as_ref()?.group_id) {
        if !known.contains(&group) && groups::client_of(connection, &claim.scope(), group)?.is_some() {
            known.insert(group);
        }
    }
    Ok(known)
}
