//! What goes by itself. It waits behind the acts of callers, among those that go in steps.

mod derivation;
mod erasure;
mod sweep;

use async_trait::async_trait;
use roster_domain::ports::{Due, Housekeeping, Result};
use rusqlite::Connection;

use crate::SqliteStore;
use crate::threads::Step;

pub(crate) use derivation::step as derive;

#[cfg(test)]
pub(crate) use {derivation::ALL as DERIVATION, erasure::ALL as ERASURE, sweep::ALL as SWEEP};

#[async_trait]
impl Housekeeping for SqliteStore {
    async fn sweep(&self, due: Due) -> Result<bool> {
        let counters = self.step(move |connection| sweep::counters(connection, due.counters)).await?;
        let sessions = self.step(move |connection| sweep::sessions(connection, due.sessions)).await?;
        let audit = self.step(move |connection| sweep::audit(connection, due.audit)).await?;
        Ok(counters || sessions || audit)
    }

    async fn erase_some(&self) -> Result<bool> {
        self.step(erasure::step).await
    }

    async fn derive_some(&self) -> Result<bool> {
        self.step(derivation::step).await
    }
}

impl SqliteStore {
    /// A transaction of its own; whether there may be more.
    async fn step(&self, act: impl Fn(&Connection) -> rusqlite::Result<bool> + Send + 'static) -> Result<bool> {
        self.writer.write_in_steps(move |connection| act(connection).map(Step::Done)).await
    }
}
