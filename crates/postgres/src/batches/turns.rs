//! How many batches go on at once.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::ports::{Result, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::PostgresOptions;

/// Batches hold their connections for long, and those of one client wait for one another with theirs: so they get half
/// of the pool, which is everybody's.
pub(crate) struct Turns {
    free: Arc<Semaphore>,
    /// As long as anybody waits for a connection.
    patience: Duration,
}

impl Turns {
    pub(crate) fn new(options: &PostgresOptions) -> Self {
        let free = Semaphore::new(options.pool_size.div_ceil(2) as usize);
        Self { free: Arc::new(free), patience: options.acquire_timeout }
    }

    /// Lasts until it is dropped.
    pub(super) async fn take(&self) -> Result<OwnedSemaphorePermit> {
        match timeout(self.patience, self.free.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(StoreError::Overloaded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn half_the_pool_is_left_to_others() {
        let options = PostgresOptions { pool_size: 4, acquire_timeout: Duration::ZERO, ..PostgresOptions::default() };
        let turns = Turns::new(&options);
        let first = turns.take().await.unwrap();
        let _second = turns.take().await.unwrap();
        assert!(matches!(turns.take().await, Err(StoreError::Overloaded)));
        drop(first);
        assert!(turns.take().await.is_ok());
    }
}
