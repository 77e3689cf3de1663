//! Batches that are held up, or fail, on demand.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use roster_domain::ports::{ContactBatches, Result, Store, StoreError};
use roster_domain::{Batch, BatchOutcome, Scope};

use super::Gate;

/// Stands between a store's batches and the server: counts what goes through.
pub struct WatchedBatches {
    batches: Arc<dyn ContactBatches>,
    how: How,
    seen: Arc<Mutex<Vec<usize>>>,
}

/// What happens to them.
#[derive(Clone)]
pub enum How {
    /// Nothing.
    Through,
    /// So many go through, then the store can't be reached.
    FailAfter(usize),
    /// Each waits at this gate.
    Gate(Arc<Gate>),
}

impl WatchedBatches {
    /// In front of a store's batches; how many operations each act had is noted here.
    pub fn in_front_of(store: Store, how: How, seen: Arc<Mutex<Vec<usize>>>) -> Store {
        let batches = Arc::new(Self { batches: store.batches.clone(), how, seen });
        Store { batches, ..store }
    }
}

#[async_trait]
impl ContactBatches for WatchedBatches {
    async fn apply(&self, scope: &Scope, batch: Batch) -> Result<BatchOutcome> {
        let nth = {
            let mut seen = self.seen.lock().unwrap();
            seen.push(batch.operations.len());
            seen.len()
        };
        match &self.how {
            How::Through => {}
            How::FailAfter(acts) if nth > *acts => return Err(StoreError::unavailable("sqlx: no answer")),
            How::FailAfter(_) => {}
            How::Gate(gate) => gate.pass().await,
        }
        self.batches.apply(scope, batch).await
    }
}
