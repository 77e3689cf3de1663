//! When a read has taken too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// It is looked at every so many instructions of SQLite's machine: some tens of microseconds.
const INSTRUCTIONS: i32 = 2_000;

/// The end of what a connection reads; set anew for each read, looked at by the connection.
#[derive(Clone)]
pub(crate) struct Deadline {
    began: Instant,
    /// Microseconds since then.
    end: Arc<AtomicU64>,
}

impl Deadline {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), end: Arc::new(AtomicU64::new(u64::MAX)) }
    }

    /// Lets the connection end whatever is beyond the deadline.
    pub(crate) fn watch(&self, connection: &Connection) -> rusqlite::Result<()> {
        let Self { began, end } = self.clone();
        let is_over = move || since(began) >= end.load(Ordering::Relaxed);
        connection.progress_handler(INSTRUCTIONS, Some(is_over))
    }

    /// So much time from now.
    pub(crate) fn set(&self, timeout: Duration) {
        let timeout = u64::try_from(timeout.as_micros()).unwrap_or(u64::MAX);
        self.end.store(since(self.began).saturating_add(timeout), Ordering::Relaxed);
    }
}

fn since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}
