//! Searches: each by itself, on connections whose plans may look rows up in bulk, and which no other act waits for.

use super::asked::Asked;
use super::lease::Lease;
use super::queue::Queue;
use super::reads;
use super::shared::Purpose;
use super::side::Work;
use super::statements::Search;

/// Users take turns, and whoever left meanwhile is passed over: a search may take long.
#[derive(Default)]
pub(super) struct Searches(Queue<Asked<Search>>);

impl Work for Searches {
    type Item = Asked<Search>;
    type Batch = Asked<Search>;

    const CONNECTIONS: usize = 2;
    const WORTH_ANOTHER: usize = 1;
    const PURPOSE: Purpose = Purpose::Search;

    fn push(&mut self, item: Asked<Search>) -> bool {
        self.0.push(item)
    }

    fn take(&mut self) -> Option<Asked<Search>> {
        loop {
            let next = self.0.take(1, |_| true).pop()?;
            if !next.is_abandoned() {
                return Some(next);
            }
        }
    }

    fn waiting(&self) -> usize {
        self.0.len()
    }

    fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    async fn round(batch: Asked<Search>, lease: &mut Lease<Self>) {
        reads::round(vec![batch], lease).await;
    }
}
