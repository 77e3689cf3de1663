//! Deleting contacts: one, or all that match, in steps where they are many.

use roster_domain::ports::{MANY_ROWS, MatchingDeletion, STEP_ROWS};
use roster_domain::{ClientId, ContactId, GroupId, Scope};
use rusqlite::{Connection, params};

use super::rows::{DELETE, DELETE_FROM_GROUP};
use super::select::Selection;
use crate::query;
use crate::threads::Step;

/// Whether there was one.
pub(super) fn one(connection: &Connection, scope: &Scope, id: ContactId) -> rusqlite::Result<bool> {
    let client = scope.client();
    let client = client.as_ref().map(ClientId::as_bytes);
    Ok(query::write(connection, DELETE, params![scope.user().as_bytes(), id.as_bytes(), client])? == 1)
}

/// A deletion of what a list holds, and how far it has come. Which contacts go is settled when it begins; of those,
/// the ones that leave the list before their turn stay.
pub(super) struct Matching {
    selection: Selection,
    expected: u64,
    /// Those still to go; `None` before the first step.
    left: Option<Vec<ContactId>>,
    deleted: u64,
}

impl Matching {
    pub(super) fn new(selection: Selection, expected: u64) -> Self {
        Self { selection, expected, left: None, deleted: 0 }
    }

    /// The next transaction of it.
    pub(super) fn step(&mut self, connection: &Connection) -> rusqlite::Result<Step<MatchingDeletion>> {
        let (mut left, rows) = match self.left.take() {
            Some(left) => (left, STEP_ROWS),
            None => {
                let all = self.selection.ids(connection)?;
                let actual = all.len() as u64;
                if actual != self.expected {
                    return Ok(Step::Done(MatchingDeletion::CountChanged { actual }));
                }
                let rows = if all.len() > MANY_ROWS { STEP_ROWS } else { MANY_ROWS };
                (all, rows)
            }
        };
        let rest = left.len().saturating_sub(rows);
        for id in left.drain(rest..) {
            self.deleted += self.delete(connection, id)? as u64;
        }
        if left.is_empty() {
            return Ok(Step::Done(MatchingDeletion::Done { deleted: self.deleted }));
        }
        self.left = Some(left);
        Ok(Step::More)
    }

    fn delete(&self, connection: &Connection, id: ContactId) -> rusqlite::Result<usize> {
        let user = self.selection.user;
        let group = self.selection.group();
        let group = group.as_ref().map(GroupId::as_bytes);
        query::write(connection, DELETE_FROM_GROUP, params![user.as_bytes(), id.as_bytes(), group])
    }
}
