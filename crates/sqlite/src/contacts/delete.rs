//! Deleting contacts: one, or all that match, in steps where they are many.

use roster_domain::ports::{ContactDeletion, MANY_ROWS, MatchingDeletion, STEP_ROWS};
use roster_domain::{ClientId, ContactId, GroupId, Precondition, Scope, Version};
use rusqlite::{Connection, params};

use super::list::List;
use super::rows::{DELETE, DELETE_FROM_GROUP, VERSION};
use crate::columns::time;
use crate::query;
use crate::threads::Step;

pub(super) fn one(
    connection: &Connection,
    scope: &Scope,
    id: ContactId,
    precondition: &Precondition,
) -> rusqlite::Result<ContactDeletion> {
    let (user, client) = (scope.user(), scope.client());
    let client = client.as_ref().map(ClientId::as_bytes);
    let params = params![user.as_bytes(), id.as_bytes(), client];
    if precondition.versions().is_some() {
        let version = query::one(connection, VERSION, params, |row| {
            Ok(Version { created_at: time(row, 0)?, revision: row.get(1)? })
        })?;
        match version {
            None => return Ok(ContactDeletion::Absent),
            Some(version) if !precondition.admits(version) => return Ok(ContactDeletion::Stale),
            Some(_) => {}
        }
    }
    Ok(match query::write(connection, DELETE, params)? {
        0 => ContactDeletion::Absent,
        _ => ContactDeletion::Done,
    })
}

/// A deletion of what a list holds, and how far it has come. Which contacts go is settled when it begins; of those,
/// the ones that leave the list before their turn stay.
pub(super) struct Matching {
    list: List,
    expected: u64,
    /// Those still to go; `None` before the first step.
    left: Option<Vec<ContactId>>,
    deleted: u64,
}

impl Matching {
    pub(super) fn new(list: List, expected: u64) -> Self {
        Self { list, expected, left: None, deleted: 0 }
    }

    /// The next transaction of it.
    pub(super) fn step(&mut self, connection: &Connection) -> rusqlite::Result<Step<MatchingDeletion>> {
        let (mut left, rows) = match self.left.take() {
            Some(left) => (left, STEP_ROWS),
            None => {
                let all = self.list.ids(connection)?;
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
        let user = self.list.scope.user();
        let group = self.list.filter.group_id;
        let group = group.as_ref().map(GroupId::as_bytes);
        query::write(connection, DELETE_FROM_GROUP, params![user.as_bytes(), id.as_bytes(), group])
    }
}
