use async_trait::async_trait;

use super::Result;
use crate::{Attempt, Booking, CounterKey, Recognition, Timestamp};

/// The counters of attempts at passwords, shared by all servers on one store. How they count: see
/// [`closed_for`](crate::closed_for) and the module around it.
#[async_trait]
pub trait AttemptLedger: Send + Sync {
    /// Counts an attempt on all of these counters, or on none when one of them is closed. Of many at once each is
    /// counted: a burst passes no more than were left. No key stands twice.
    async fn book(&self, attempts: &[Attempt], at: Timestamp) -> Result<Booking>;

    /// Takes an attempt back from these counters (it succeeded) and opens them, and recognises something.
    async fn take_back(&self, keys: &[CounterKey], recognised: Option<Recognition>) -> Result<()>;
}
