//! A connection that is replaced when it is spoilt.

use std::panic::{AssertUnwindSafe, catch_unwind};

use roster_domain::ports::{Result, StoreError};
use rusqlite::Connection;

use crate::error::{spoils_connection, store_error};

/// A thread's connection. Whatever happens to it, the next act finds a good one, or is told that there is none.
pub(super) struct Connected {
    open: Box<dyn Fn() -> rusqlite::Result<Connection> + Send>,
    current: Option<Connection>,
}

/// Why an act came to nothing, and whether the connection did too.
pub(super) struct Fault {
    pub(super) error: StoreError,
    pub(super) spoilt: bool,
}

/// SQLite's failures, by their code.
impl From<rusqlite::Error> for Fault {
    fn from(failure: rusqlite::Error) -> Self {
        Self { spoilt: spoils_connection(&failure), error: store_error(failure) }
    }
}

impl Fault {
    /// What was to end a transaction failed: nobody knows where the connection stands.
    pub(super) fn at_the_end(failure: rusqlite::Error) -> Self {
        Self { spoilt: true, error: StoreError::unavailable(failure) }
    }
}

impl Connected {
    /// Opens the first.
    pub(super) fn new(open: impl Fn() -> rusqlite::Result<Connection> + Send + 'static) -> rusqlite::Result<Self> {
        let current = Some(open()?);
        Ok(Self { open: Box::new(open), current })
    }

    /// Does this with the connection, or with a new one where the last was spoilt. A panic fails the act alone.
    pub(super) fn with<T>(&mut self, act: impl FnOnce(&Connection) -> std::result::Result<T, Fault>) -> Result<T> {
        let connection = match self.current.take() {
            Some(connection) => connection,
            None => (self.open)().map_err(StoreError::unavailable)?,
        };
        let done = catch_unwind(AssertUnwindSafe(|| act(&connection)))
            .unwrap_or_else(|_| Err(Fault { error: StoreError::failed("an act panicked"), spoilt: true }));
        match done {
            Ok(done) => {
                self.current = Some(connection);
                Ok(done)
            }
            Err(Fault { error, spoilt: false }) => {
                self.current = Some(connection);
                Err(error)
            }
            Err(Fault { error, spoilt: true }) => {
                tracing::warn!(%error, "a connection to SQLite is closed after a failure");
                // Closing rolls back. Opening waits for the next act: by then the disk may have room again.
                drop(connection);
                Err(error)
            }
        }
    }
}
