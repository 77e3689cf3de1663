//! [`ContactSnapshots`]: a transaction that reads, in a task of its own, some pages ahead of whoever takes them.
//!
//! The task ends with the last page, or when nobody takes them any more, or the store is closed; and the transaction
//! with it. It never is in a caller's hands.

mod reading;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use roster_domain::ports::{ContactSnapshot, ContactSnapshots, Result, SnapshotRow, StoreError};
use roster_domain::{ContactFilter, Scope, Span, UserId};
use sqlx::PgPool;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::timeout;
use tracing::Instrument;

use crate::PostgresStore;
use crate::act::BULK_PATIENCE;
use crate::contacts::List;
use crate::error::store_error;
use crate::losses::Losses;
use reading::Reading;

/// So many pages wait for whoever takes them, while the next one is read.
const AHEAD: usize = 1;

#[async_trait]
impl ContactSnapshots for PostgresStore {
    async fn snapshot(&self, scope: &Scope, span: Span, filter: &ContactFilter) -> Result<Box<dyn ContactSnapshot>> {
        let turn = self.snapshot_turns.take().await?;
        let (pages, taken) = mpsc::channel(AHEAD);
        let (user, list, filter) = (scope.user(), List::of(scope, span, filter), filter.clone());
        let source = Source {
            pool: self.pool.clone(),
            statement_timeout: self.bulk_timeout,
            losses: self.losses.clone(),
            user,
            list,
            filter,
        };
        let mut closing = self.pool.close_event();
        let task = async move {
            let _turn = turn;
            // Whoever takes the pages finds that there are no more, and no end.
            let _closed = closing.do_until(source.hand_out(pages)).await;
        };
        self.runtime.spawn(task.in_current_span());
        Snapshot::begun(taken).await.map(|snapshot| Box::new(snapshot) as Box<dyn ContactSnapshot>)
    }
}

/// What the pages are read of.
struct Source {
    pool: PgPool,
    statement_timeout: Duration,
    losses: Arc<Losses>,
    user: UserId,
    list: List,
    filter: ContactFilter,
}

impl Source {
    /// Hands out one page after the other, and an empty one as the end; or a failure.
    async fn hand_out(self, pages: Sender<Result<Vec<SnapshotRow>>>) {
        let Self { pool, statement_timeout, losses, user, list, filter } = self;
        let mut reading = match patiently(&losses, Reading::begin(&pool, statement_timeout, user, list, filter)).await {
            Ok(reading) => reading,
            Err(error) => {
                // Whoever asked may have left.
                let _ = pages.send(Err(error)).await;
                return;
            }
        };
        loop {
            let page = patiently(&losses, reading.next()).await;
            let goes_on = page.as_ref().is_ok_and(|page| !page.is_empty());
            if pages.send(page).await.is_err() || !goes_on {
                return;
            }
        }
    }
}

/// Waits for a page as long as for any act over many rows.
async fn patiently<T>(losses: &Losses, read: impl Future<Output = sqlx::Result<T>>) -> Result<T> {
    match timeout(BULK_PATIENCE, read).await {
        Ok(read) => read.inspect_err(|error| losses.hear(error)).map_err(store_error),
        Err(late) => Err(StoreError::unavailable(late)),
    }
}

/// The pages, for whoever takes them.
struct Snapshot {
    /// That it is there shows that the transaction has begun.
    first: Option<Vec<SnapshotRow>>,
    pages: Receiver<Result<Vec<SnapshotRow>>>,
    is_at_end: bool,
}

impl Snapshot {
    async fn begun(pages: Receiver<Result<Vec<SnapshotRow>>>) -> Result<Self> {
        let mut snapshot = Self { first: None, pages, is_at_end: false };
        snapshot.first = Some(snapshot.next().await?);
        Ok(snapshot)
    }
}

#[async_trait]
impl ContactSnapshot for Snapshot {
    async fn next(&mut self) -> Result<Vec<SnapshotRow>> {
        if let Some(first) = self.first.take() {
            return Ok(first);
        }
        if self.is_at_end {
            return Ok(Vec::new());
        }
        // Without an end, what came isn't all.
        let ended = || Err(StoreError::unavailable("a snapshot was broken off"));
        let page = self.pages.recv().await.unwrap_or_else(ended)?;
        self.is_at_end = page.is_empty();
        Ok(page)
    }
}
