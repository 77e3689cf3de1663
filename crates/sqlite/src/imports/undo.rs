//! Undoing what an import did.

use std::collections::HashSet;

use roster_domain::ports::EndTimes;
use roster_domain::{BatchClient, Claim, ContactId, GroupId, Lease, UndoCounts, UndoPlan, UndoableChange};
use rusqlite::{Connection, params};

use super::{changes, made};
use crate::statements::statements;
use crate::{batches, contacts, groups, query};

/// So many contacts are undone by one step.
const STEP: usize = 1_000;

statements! {
    UNDONE_UP_TO = "SELECT undo_after FROM imports WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    GO_ON = "UPDATE imports SET undo_after = COALESCE(?3, undo_after), undo_removed = undo_removed + ?4,
            undo_restored = undo_restored + ?5, undo_left = undo_left + ?6, lease_until = ?7
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    END = "UPDATE imports SET state = 'undone', lease_holder = NULL, lease_until = NULL
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];
}

/// Undoes the next contacts, under a lease that holds; behind the last, what else there is. Whether there may be more.
pub(super) fn step(
    connection: &Connection,
    claim: &Claim,
    lease: Lease,
    times: EndTimes,
    client: &BatchClient,
) -> rusqlite::Result<bool> {
    let (user, import) = (claim.user.as_bytes(), claim.import.id.as_bytes());
    let after: Option<Vec<u8>> =
        query::one(connection, UNDONE_UP_TO, params![user, import], |row| row.get(0))?.flatten();
    let changes = changes::not_undone(connection, claim, &after.unwrap_or_default(), STEP)?;
    let known = known_groups(connection, claim, &changes)?;
    let mut found = Vec::with_capacity(changes.len());
    for change in &changes {
        found.extend(contacts::find(connection, claim.user, change.contact)?);
    }
    let (last, has_more) = (changes.last().map(|change| change.contact), changes.len() >= STEP);
    let UndoPlan { plan, left, counts } = UndoPlan::of(changes, found, client, &known, times.ended_at);
    batches::write(connection, claim.user, &plan)?;
    for left in left {
        changes::leave(connection, claim, left)?;
    }
    let UndoCounts { removed, restored, left } = counts;
    let last = last.as_ref().map(ContactId::as_bytes);
    query::write(connection, GO_ON, params![user, import, last, removed, restored, left, lease.until.millis()])?;
    if !has_more {
        made::remove(connection, claim)?;
        query::write(connection, END, params![user, import])?;
    }
    Ok(has_more)
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
