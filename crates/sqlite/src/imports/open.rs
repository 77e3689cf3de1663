//! Imports that aren't at their end: those that are received, wait or are under way, everybody's.

use roster_domain::{ClientId, ImportId, ImportSource, ImportState, Timestamp, UserId};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, optional_time, parsed, time, uuid};
use crate::query;
use crate::statements::statements;

statements! {
    /// By user, oldest first. The index holds no others, and of each user only so many are received or wait.
    OPEN = "SELECT user_id, id, client_id, source, state, lease_until, created_at FROM imports
        WHERE state IN ('receiving', 'waiting', 'running', 'undoing') AND user_id > x''"
        => ["SEARCH imports USING INDEX imports_open (user_id>?)"];

    /// The index wants to hear of all four.
    WAITING = "SELECT count(*) FILTER (WHERE state IN ('receiving', 'waiting')) FROM imports
        WHERE state IN ('receiving', 'waiting', 'running', 'undoing') AND user_id = ?1"
        => ["SEARCH imports USING INDEX imports_open (user_id=?)"];
}

pub(super) struct Open {
    pub(super) user: UserId,
    pub(super) id: ImportId,
    pub(super) client: ClientId,
    pub(super) source: ImportSource,
    pub(super) state: ImportState,
    pub(super) lease_until: Option<Timestamp>,
    pub(super) created_at: Timestamp,
}

impl Open {
    /// Whether somebody holds it at this time.
    pub(super) fn is_held(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }

    /// Whether somebody works on it at this time.
    pub(super) fn is_under_way(&self, now: Timestamp) -> bool {
        matches!(self.state, ImportState::Running | ImportState::Undoing) && self.is_held(now)
    }
}

pub(super) fn open(connection: &Connection) -> rusqlite::Result<Vec<Open>> {
    query::all(connection, OPEN, [], read)
}

/// So many of a user's are received or wait.
pub(super) fn waiting(connection: &Connection, user: UserId) -> rusqlite::Result<u64> {
    Ok(query::one(connection, WAITING, params![user.as_bytes()], |row| row.get(0))?.unwrap_or_default())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Open> {
    Ok(Open {
        user: id(row, 0)?,
        id: uuid(row, 1)?,
        client: id(row, 2)?,
        source: parsed(row, 3, ImportSource::from_word)?,
        state: parsed(row, 4, ImportState::from_word)?,
        lease_until: optional_time(row, 5)?,
        created_at: time(row, 6)?,
    })
}
