//! Deleting clients, in steps where they have many contacts.

use roster_domain::ports::{ClientDeletion, MANY_ROWS, STEP_ROWS};
use roster_domain::{AuditEntry, ClientId, Precondition, UserId};
use rusqlite::{Connection, params};

use super::rows::{self, DELETE, DELETE_CONTACTS, DELETE_GROUPS, HOLDS_MORE_THAN};
use super::write::free_credential;
use crate::threads::Step;
use crate::{audit, imports, query};

/// A client's deletion and how far it has come. Each step looks at the client anew, for others go in between: it may
/// have become the default, or have gone.
pub(super) struct Deletion {
    user: UserId,
    id: ClientId,
    with_contacts: bool,
    precondition: Precondition,
    entry: AuditEntry,
    /// Whether it had too many contacts for one transaction when it began.
    in_steps: bool,
    /// So many were deleted by now.
    contacts: u64,
}

impl Deletion {
    pub(super) fn new(
        user: UserId,
        id: ClientId,
        with_contacts: bool,
        precondition: Precondition,
        entry: AuditEntry,
    ) -> Self {
        Self { user, id, with_contacts, precondition, entry, in_steps: false, contacts: 0 }
    }

    /// The next transaction of it. The last one takes the contacts that are left, the groups, the imports, and the client
    /// with its credentials.
    pub(super) fn step(&mut self, connection: &Connection) -> rusqlite::Result<Step<ClientDeletion>> {
        let Some(client) = rows::get(connection, self.user, self.id)? else {
            return Ok(Step::Done(ClientDeletion::Absent));
        };
        if !self.precondition.admits(client.version()) {
            return Ok(Step::Done(ClientDeletion::Stale));
        }
        if client.is_default {
            return Ok(Step::Done(ClientDeletion::DefaultClient));
        }
        if !self.with_contacts && self.holds_more_than(connection, 0)? {
            return Ok(Step::Done(ClientDeletion::NotEmpty));
        }
        self.in_steps = self.in_steps || self.holds_more_than(connection, MANY_ROWS)?;
        let (user, id) = (self.user.as_bytes(), self.id.as_bytes());
        let rows = query::rows(if self.in_steps { STEP_ROWS } else { MANY_ROWS });
        self.contacts += query::write(connection, DELETE_CONTACTS, params![user, id, rows])? as u64;
        if self.holds_more_than(connection, 0)? {
            return Ok(Step::More);
        }
        query::write(connection, DELETE_GROUPS, params![user, id])?;
        imports::discard_of_client(connection, self.user, self.id)?;
        free_credential(connection, self.user, &client)?;
        query::write(connection, DELETE, params![user, id])?;
        audit::append(connection, &self.entry)?;
        Ok(Step::Done(ClientDeletion::Done { contacts: self.contacts }))
    }

    fn holds_more_than(&self, connection: &Connection, rows: usize) -> rusqlite::Result<bool> {
        let params = params![self.user.as_bytes(), self.id.as_bytes(), query::rows(rows)];
        Ok(query::one(connection, HOLDS_MORE_THAN, params, |_| Ok(()))?.is_some())
    }
}
