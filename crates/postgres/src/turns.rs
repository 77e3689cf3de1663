//! How many acts of one kind, that take long, go on at once.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::ports::{Result, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::PostgresOptions;

/// They hold their connections for long, and the pool is everybody's: so they get a part of it.
pub(crate) struct Turns {
    free: Arc<Semaphore>,
    /// As long as anybody waits for a connection.
    patience: Duration,
}

impl Turns {
    /// Half of the pool: the batches of one client wait for one another with their connections.
    pub(crate) fn of_batches(options: &PostgresOptions) -> Self {
        Self::new(options.pool_size.div_ceil(2), options)
    }

    /// Two at most: each keeps the server from clearing away what was deleted since it began.
    pub(crate) fn of_snapshots(options: &PostgresOptions) -> Self {
        Self::new(options.pool_size.div_ceil(4).min(2), options)
    }

    fn new(most: u32, options: &PostgresOptions) -> Self {
        Self { free: Arc::new(Semaphore::new(most as usize)), patience: options.acquire_timeout }
    }

    /// Lasts until it is dropped.
    pub(crate) async fn take(&self) -> Result<OwnedSemaphorePermit> {
        match timeout(self.patience, self.free.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(StoreError::Overloaded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(pool_size: u32) -> PostgresOptions {
        PostgresOptions { pool_size, acquire_timeout: Duration::ZERO, ..PostgresOptions::default() }
    }

    #[tokio::test]
    async fn half_the_pool_is_left_to_others() {
        let turns = Turns::of_batches(&options(4));
        let first = turns.take().await.unwrap();
        let _second = turns.take().await.unwrap();
        assert!(matches!(turns.take().await, Err(StoreError::Overloaded)));
        drop(first);
        assert!(turns.take().await.is_ok());
    }

    #[tokio::test]
    async fn two_snapshots_are_read_at_once_and_fewer_of_a_small_pool() {
        for (pool_size, most) in [(1, 1), (4, 1), (5, 2), (10, 2), (100, 2)] {
            let turns = Turns::of_snapshots(&options(pool_size));
            let mut taken = Vec::new();
            for _ in 0..most {
                taken.push(turns.take().await.unwrap());
            }
            assert!(matches!(turns.take().await, Err(StoreError::Overloaded)), "of {pool_size}");
        }
    }
}
