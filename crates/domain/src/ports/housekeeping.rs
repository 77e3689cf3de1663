use async_trait::async_trait;

use super::{EndTimes, Result};
use crate::Timestamp;

/// What goes by itself, over everybody's rows. Each call does at most [`STEP_ROWS`](super::STEP_ROWS) of a kind in a
/// short transaction, and says whether there may be more; several servers may be at it at once.
#[async_trait]
pub trait Housekeeping: Send + Sync {
    /// Removes what is over.
    async fn sweep(&self, due: Due) -> Result<bool>;

    /// Goes on with the erasure of users who were marked erased: what is below them, children first, then they
    /// themselves. Nothing is left of an account in the end but the entry that says it was erased.
    async fn erase_some(&self) -> Result<bool>;

    /// Goes on deriving anew (see [`Derived`](crate::Derived)) what the contacts of a client are found by: after its
    /// region has changed, or a migration has changed what is derived. Times and revisions stay: nothing that a
    /// consumer stored changes.
    async fn derive_some(&self) -> Result<bool>;
}

/// What is over, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Counters whose window has passed by then, and what isn't recognised any more.
    pub counters: Timestamp,
    /// Sessions that ended or expired by then.
    pub sessions: Timestamp,
    /// Audit entries made by then.
    pub audit: Timestamp,
    /// Imports that were to be forgotten when these end, with all that belongs to them; the staged files of those that
    /// need them no more; and what was left behind under leases that are over: files that were being received are given
    /// up, and direct imports have failed, with the code `broke_off`.
    pub imports: EndTimes,
}
