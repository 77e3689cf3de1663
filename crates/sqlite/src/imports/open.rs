//! Imports that aren't at their end: those that are received, wait or are under way, everybody's.

use roster_domain::{ClientId, ImportId, ImportSource, ImportState, Timestamp, UserId};
use rusqlite::{Connection, Row, params};

use super::rows::source_from;
use crate::columns::{id, optional_time, parsed, time, uuid};
use crate::query;
use crate::statements::statements;

statements! {
    /// Oldest first. There are few: how many of a user's may be received or wait is limited.
    OPEN = "SELECT user_id, id, client_id, source, state, lease_until, created_at FROM imports
        WHERE state IN ('receiving', 'waiting', 'running', 'undoing') AND created_at >= ?1 ORDER BY created_at"
        => ["SEARCH imports USING INDEX imports_open (created_at>?)"];
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
    query::all(connection, OPEN, params![i64::MIN], read)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Open> {
    Ok(Open {
        user: id(row, 0)?,
        id: uuid(row, 1)?,
        client: id(row, 2)?,
        source: parsed(row, 3, source_from)?,
        state: parsed(row, 4, ImportState::from_word)?,
        lease_until: optional_time(row, 5)?,
        created_at: time(row, 6)?,
    })
}
