//! Deleting groups, in steps where they are large.

use roster_domain::ports::{GroupDeletion, MANY_ROWS, STEP_ROWS};
use roster_domain::{ContactGroup, ContactsFate, GroupId, Precondition, Scope, Timestamp};
use rusqlite::{Connection, params};

use super::rows::{self, DELETE, DELETE_CONTACTS, MOVE_CONTACTS};
use crate::threads::Step;
use crate::{contacts, query};

/// A group's deletion and how far it has come. Each step looks at the group anew, for others go in between: it may have
/// become the default, or have gone.
pub(super) struct Deletion {
    scope: Scope,
    id: GroupId,
    fate: ContactsFate,
    precondition: Precondition,
    at: Timestamp,
    /// Whether it was too large for one transaction when it began.
    in_steps: bool,
    /// So many were moved or deleted by now.
    contacts: u64,
}

impl Deletion {
    pub(super) fn new(
        scope: Scope,
        id: GroupId,
        fate: ContactsFate,
        precondition: Precondition,
        at: Timestamp,
    ) -> Self {
        Self { scope, id, fate, precondition, at, in_steps: false, contacts: 0 }
    }

    /// The next transaction of it. The last one takes the contacts that are left and the group with them.
    pub(super) fn step(&mut self, connection: &Connection) -> rusqlite::Result<Step<GroupDeletion>> {
        let Some(group) = rows::get(connection, &self.scope, self.id)? else {
            return Ok(Step::Done(GroupDeletion::Absent));
        };
        if !self.precondition.admits(group.version()) {
            return Ok(Step::Done(GroupDeletion::Stale));
        }
        if group.is_default {
            return Ok(Step::Done(GroupDeletion::DefaultGroup));
        }
        if self.fate == ContactsFate::Refuse && self.holds_more_than(connection, &group, 0)? {
            return Ok(Step::Done(GroupDeletion::NotEmpty));
        }
        self.in_steps = self.in_steps || self.holds_more_than(connection, &group, MANY_ROWS)?;
        let rows = if self.in_steps { STEP_ROWS } else { MANY_ROWS };
        self.contacts += self.take(connection, &group, rows)? as u64;
        if self.holds_more_than(connection, &group, 0)? {
            return Ok(Step::More);
        }
        query::write(connection, DELETE, params![self.scope.user().as_bytes(), self.id.as_bytes()])?;
        Ok(Step::Done(GroupDeletion::Done { contacts: self.contacts }))
    }

    /// Moves or deletes at most so many of its contacts.
    fn take(&self, connection: &Connection, group: &ContactGroup, rows: usize) -> rusqlite::Result<usize> {
        let (user, client) = (self.scope.user(), group.client_id);
        let (user_id, client_id, id) = (user.as_bytes(), client.as_bytes(), group.id.as_bytes());
        match self.fate {
            ContactsFate::Refuse => Ok(0),
            ContactsFate::Delete => {
                query::write(connection, DELETE_CONTACTS, params![user_id, client_id, id, query::rows(rows)])
            }
            ContactsFate::Move => {
                // There is one: this group belongs to the client and isn't it.
                let default =
                    rows::default_of(connection, user, client)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
                let at = self.at.millis();
                query::write(
                    connection,
                    MOVE_CONTACTS,
                    params![user_id, client_id, id, query::rows(rows), default.as_bytes(), at],
                )
            }
        }
    }

    fn holds_more_than(&self, connection: &Connection, group: &ContactGroup, rows: usize) -> rusqlite::Result<bool> {
        contacts::holds_more_than(connection, self.scope.user(), group.client_id, group.id, rows)
    }
}
