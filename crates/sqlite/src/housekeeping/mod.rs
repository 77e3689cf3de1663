//! What goes by itself. It waits behind the acts of callers, among those that go in steps.

mod derivation;
mod erasure;
mod imports;
mod sweep;

use async_trait::async_trait;
use roster_domain::ports::{Due, Housekeeping, Result, StoreError};
use rusqlite::Connection;

use crate::SqliteStore;
use crate::threads::Step;

pub(crate) use derivation::step as derive;

#[cfg(test)]
pub(crate) use {derivation::ALL as DERIVATION, erasure::ALL as ERASURE, imports::ALL as IMPORTS, sweep::ALL as SWEEP};

/// Of rows that may hold half a MiB each so many are touched by one step.
const LARGE_ROWS: usize = 16;

#[async_trait]
impl Housekeeping for SqliteStore {
    async fn sweep(&self, due: Due) -> Result<bool> {
        let counters = self.step(move |connection| sweep::counters(connection, due.counters)).await?;
        let sessions = self.step(move |connection| sweep::sessions(connection, due.sessions)).await?;
        let audit = self.step(move |connection| sweep::audit(connection, due.audit)).await?;
        let imports = self.step(move |connection| imports::sweep(connection, due.imports)).await?;
        Ok(counters || sessions || audit || imports)
    }

    async fn erase_some(&self) -> Result<bool> {
        self.step(erasure::step).await
    }

    async fn derive_some(&self) -> Result<bool> {
        let (mut after, mut refusal) = (None, None);
        while let Some((user, client)) = self.readers.get(move |connection| derivation::next(connection, after)).await?
        {
            match self.step(move |connection| derivation::step(connection, user, client)).await {
                // It keeps nobody else's contacts waiting, and is an error once there is nobody else.
                Err(error @ StoreError::Failed(_)) => {
                    after = Some((user, client));
                    refusal.get_or_insert(error);
                }
                outcome => return outcome.map(|_| true),
            }
        }
        refusal.map_or(Ok(false), Err)
    }
}

impl SqliteStore {
    /// A transaction of its own; whether there may be more.
    async fn step(&self, act: impl Fn(&Connection) -> rusqlite::Result<bool> + Send + 'static) -> Result<bool> {
        self.writer.write_in_steps(move |connection| act(connection).map(Step::Done)).await
    }
}
