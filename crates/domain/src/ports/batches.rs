use async_trait::async_trait;

use super::Result;
use crate::{Batch, BatchOutcome, Scope};

/// Many operations on the contacts of one client: the scope's, or the user's default one.
#[async_trait]
pub trait ContactBatches: Send + Sync {
    /// Does all of a batch in one act, as [`Plan::of`](crate::Plan::of) says: all that is not refused, or nothing.
    ///
    /// No other batch of the client comes between looking contacts up and the write; so of two that give one new number
    /// to be matched, one makes the contact and the other finds it. Rows are held and written in the
    /// order of their ids: batches that overlap wait for one another, and never in a circle. Where the client's
    /// contacts are being derived anew, that is finished first.
    async fn apply(&self, scope: &Scope, batch: Batch) -> Result<BatchOutcome>;
}
