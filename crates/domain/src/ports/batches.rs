use std::time::Duration;

use async_trait::async_trait;

use super::Result;
use crate::{Batch, BatchOutcome, Scope};

/// How long after it was asked for a batch may still begin. Whoever asked waits longer than that, so none is done behind
/// the back of one who has given up and asks again.
pub const BATCH_BEGINS_WITHIN: Duration = Duration::from_secs(30);

/// Many operations on the contacts of one client: the scope's, or the user's default one.
#[async_trait]
pub trait ContactBatches: Send + Sync {
    /// Does all of a batch in one act, as [`Plan::of`](crate::Plan::of) says: all that is not refused, or nothing.
    ///
    /// No other batch of the client comes between looking contacts up and the write; so of two that give one new number
    /// to be matched, one makes the contact and the other finds it. Rows are held and written in the order of their ids:
    /// batches that overlap wait for one another, and never in a circle. Where the client's contacts are being derived
    /// anew, that is finished first.
    ///
    /// # Errors
    /// [`Unavailable`](super::StoreError::Unavailable) also where the contacts aren't through within
    /// [`BATCH_BEGINS_WITHIN`]: nothing of the batch is done then, nor will be; what was derived stays.
    /// [`Overloaded`](super::StoreError::Overloaded) where too many batches wait.
    async fn apply(&self, scope: &Scope, batch: Batch) -> Result<BatchOutcome>;
}
