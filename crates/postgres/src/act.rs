//! How an act is run.

use std::future::Future;
use std::time::Duration;

use roster_domain::ports;
use roster_domain::ports::StoreError;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use tracing::Instrument;

use crate::PostgresStore;
use crate::error::store_error;
use crate::steps::Steps;

/// When an act over many rows is given up; one in steps: when a step of it takes so long.
pub(crate) const BULK_PATIENCE: Duration = Duration::from_secs(60);

impl PostgresStore {
    /// Runs an act on single things, or one page of a list.
    pub(crate) async fn act<T, F>(&self, act: F) -> ports::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = sqlx::Result<T>> + Send + 'static,
    {
        self.run(timeout(self.patience, act)).await
    }

    /// Runs an act over many rows, in one transaction or a few.
    pub(crate) async fn bulk_act<T, F>(&self, act: F) -> ports::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = sqlx::Result<T>> + Send + 'static,
    {
        self.run(timeout(BULK_PATIENCE, act)).await
    }

    /// Runs an act over as many rows as there are.
    pub(crate) async fn act_in_steps<T, F>(&self, act: impl FnOnce(Steps) -> F) -> ports::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = sqlx::Result<T>> + Send + 'static,
    {
        let steps = Steps::new(self.pool.clone(), self.bulk_timeout);
        self.run(steps.pace().keep(BULK_PATIENCE, act(steps))).await
    }

    /// In a task of its own: a caller that leaves drops the handle of the task, not the act. Only its own patience ends
    /// it early; what it leaves open then is rolled back as its connection goes back to the pool.
    async fn run<T, F>(&self, act: F) -> ports::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<sqlx::Result<T>, Elapsed>> + Send + 'static,
    {
        let task = self.runtime.spawn(act.in_current_span());
        match task.await {
            Ok(Ok(outcome)) => outcome.inspect_err(|error| self.losses.hear(error)).map_err(store_error),
            Ok(Err(late)) => Err(StoreError::unavailable(late)),
            Err(ended) if ended.is_cancelled() => Err(StoreError::unavailable("the store is shutting down")),
            // The panic's own text may quote what it was about; the panic hook has logged it.
            Err(_) => Err(StoreError::failed("an act panicked")),
        }
    }
}
