//! How an act is run.

use std::future::Future;
use std::time::Duration;

use roster_domain::ports;
use roster_domain::ports::StoreError;
use tokio::time::timeout;
use tracing::Instrument;

use crate::PostgresStore;
use crate::error::{lost_connection, store_error};

/// When an act over many rows is given up.
const BULK_PATIENCE: Duration = Duration::from_secs(60);

impl PostgresStore {
    /// Runs an act on single things, or one page of a list.
    pub(crate) async fn act<T, F>(&self, act: F) -> ports::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = sqlx::Result<T>> + Send + 'static,
    {
        self.run(act, self.patience).await
    }

    /// Runs an act over many rows.
    pub(crate) async fn bulk_act<T, F>(&self, act: F) -> ports::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = sqlx::Result<T>> + Send + 'static,
    {
        self.run(act, BULK_PATIENCE).await
    }

    /// In a task of its own: a caller that leaves drops the handle of the task, not the act. Only its own patience ends
    /// it early; what it leaves open then is rolled back as its connection goes back to the pool.
    async fn run<T, F>(&self, act: F, patience: Duration) -> ports::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = sqlx::Result<T>> + Send + 'static,
    {
        let task = self.runtime.spawn(timeout(patience, act).in_current_span());
        match task.await {
            Ok(Ok(outcome)) => outcome.map_err(|error| {
                if lost_connection(&error) {
                    self.losses.note();
                }
                store_error(error)
            }),
            Ok(Err(late)) => Err(StoreError::unavailable(late)),
            Err(ended) if ended.is_cancelled() => Err(StoreError::unavailable("the store is shutting down")),
            // The panic's own text may quote what it was about; the panic hook has logged it.
            Err(_) => Err(StoreError::failed("an act panicked")),
        }
    }
}
