//! Deleting contacts: one, or all that match, in steps where they are many.

use roster_domain::ports::MatchingDeletion::{self, CountChanged, Done};
use roster_domain::ports::{ContactDeletion, MANY_ROWS, STEP_ROWS};
use roster_domain::{ClientId, ContactId, Precondition, Scope, Version};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::filtered::Listed;
use super::home::home_of;
use super::list::List;
use super::rows::{DELETE, VERSION};
use super::walk::{Built, Walk};
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

/// A deletion of what a list held when it was looked at, and how far it has come. What comes into the list meanwhile
/// stays, and so does what leaves it before its turn: each is looked at once more.
pub(super) struct Matching {
    list: List,
    /// Those still to go.
    left: Vec<Listed>,
    /// Whether they are too many for one transaction.
    in_steps: bool,
    deleted: usize,
}

impl Matching {
    pub(super) fn of(list: List, found: Vec<Listed>) -> Self {
        let in_steps = found.len() > MANY_ROWS;
        Self { list, left: found, in_steps, deleted: 0 }
    }

    /// The next transaction of it.
    pub(super) fn step(&mut self, connection: &Connection) -> rusqlite::Result<Step<MatchingDeletion>> {
        if !self.in_steps {
            return self.at_once(connection).map(Step::Done);
        }
        let rest = self.left.len().saturating_sub(STEP_ROWS);
        self.deleted += self.delete(connection, &self.left[rest..])?;
        self.left.truncate(rest);
        Ok(if self.left.is_empty() { Step::Done(Done { deleted: self.deleted as u64 }) } else { Step::More })
    }

    /// Some may have gone, or have left the list, since they were counted: then all stay.
    fn at_once(&self, connection: &Connection) -> rusqlite::Result<MatchingDeletion> {
        query::write(connection, "SAVEPOINT deletion", [])?;
        let deleted = self.delete(connection, &self.left)?;
        let is_whole = deleted == self.left.len();
        if !is_whole {
            query::write(connection, "ROLLBACK TO deletion", [])?;
        }
        query::write(connection, "RELEASE deletion", [])?;
        let deleted = deleted as u64;
        Ok(if is_whole { Done { deleted } } else { CountChanged { actual: deleted } })
    }

    /// Deletes those that are still in the list; how many it were.
    fn delete(&self, connection: &Connection, contacts: &[Listed]) -> rusqlite::Result<usize> {
        let List { scope, filter, .. } = &self.list;
        let mut deleted = 0;
        for contacts in contacts.chunk_by(|one, next| one.client == next.client) {
            let Some(Listed { client, .. }) = contacts.first() else { continue };
            // Looked up anew: its region may be another by now, and so what a number stands for.
            let Some(home) = home_of(connection, scope.user(), *client)? else { continue };
            let Built { sql, values } = Walk::by_id(scope.user(), &home, filter.group_id).deletion(filter);
            let mut statement = connection.prepare_cached(&sql)?;
            for contact in contacts {
                let id = Value::Blob(contact.id.as_bytes().to_vec());
                deleted += statement.execute(params_from_iter(values.iter().chain([&id])))?;
            }
        }
        Ok(deleted)
    }
}

#[cfg(test)]
mod tests;
