//! A connection in a transaction that reads.

use std::path::Path;

use roster_domain::ports::SnapshotRow;
use roster_domain::{ContactFilter, Scope, Span};
use rusqlite::Connection;
use tokio::sync::OwnedSemaphorePermit;

use super::Times;
use crate::connection;
use crate::contacts::Whole;
use crate::threads::Deadline;

/// So many rows a page: some megabytes.
const PAGE: usize = 4_000;

/// Dropped, it closes its connection, and the transaction ends.
pub(super) struct Reading {
    connection: Connection,
    deadline: Deadline,
    times: Times,
    whole: Whole,
    _turn: OwnedSemaphorePermit,
}

impl Reading {
    pub(super) fn begin(
        path: &Path,
        times: Times,
        turn: OwnedSemaphorePermit,
        (scope, span, filter): (&Scope, Span, &ContactFilter),
    ) -> rusqlite::Result<Self> {
        let connection = connection::reader(path, times.busy)?;
        let deadline = Deadline::new();
        deadline.watch(&connection)?;
        deadline.set(times.read);
        // Its first read is the instant.
        connection.execute_batch("BEGIN")?;
        let whole = Whole::of(&connection, scope, span, filter)?;
        Ok(Self { connection, deadline, times, whole, _turn: turn })
    }

    /// The next rows; none behind the last.
    pub(super) fn next(&mut self) -> rusqlite::Result<Vec<SnapshotRow>> {
        self.deadline.set(self.times.read);
        self.whole.next(&self.connection, PAGE)
    }
}
