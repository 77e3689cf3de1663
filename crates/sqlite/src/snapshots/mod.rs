//! [`ContactSnapshots`]: a transaction that reads, on a connection of its own.
//!
//! What others write meanwhile stays in the write-ahead log until it ends, so it is read at full speed: a page ahead of
//! whoever takes them, on tokio's blocking threads. Dropped, it is closed as soon as no page is being read.

mod reading;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use roster_domain::ports::{ContactSnapshot, ContactSnapshots, Result, SnapshotRow, StoreError};
use roster_domain::{ContactFilter, Scope, Span};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use crate::error::store_error;
use crate::{SqliteOptions, SqliteStore};
use reading::Reading;

/// So many are read at once.
const AT_ONCE: usize = 2;

/// What is read at present, and what it takes to read more.
pub(crate) struct Snapshots {
    path: PathBuf,
    times: Times,
    turns: Arc<Semaphore>,
    open: Mutex<Vec<Weak<Slot>>>,
}

/// How long things may take.
#[derive(Clone, Copy)]
struct Times {
    /// Until somebody else is done.
    busy: Duration,
    /// Until a page is read.
    read: Duration,
}

/// Where a snapshot is between two pages: nowhere once it has ended.
type Slot = Mutex<Option<Reading>>;

impl Snapshots {
    pub(crate) fn new(path: PathBuf, options: &SqliteOptions) -> Self {
        let times = Times { busy: options.busy_timeout, read: options.read_timeout };
        Self { path, times, turns: Arc::new(Semaphore::new(AT_ONCE)), open: Mutex::default() }
    }

    /// Begins no more, and ends those there are with the page they are at.
    pub(crate) fn close(&self) {
        self.turns.close();
        for slot in self.open().drain(..) {
            if let Some(slot) = slot.upgrade() {
                drop(lock(&slot).take());
            }
        }
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        match timeout(self.times.busy, self.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(StoreError::Overloaded),
        }
    }

    /// A new slot, which is known from now on.
    fn slot(&self) -> Arc<Slot> {
        let slot = Arc::new(Slot::default());
        let mut open = self.open();
        open.retain(|slot| slot.strong_count() > 0);
        open.push(Arc::downgrade(&slot));
        slot
    }

    fn open(&self) -> MutexGuard<'_, Vec<Weak<Slot>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ContactSnapshots for SqliteStore {
    async fn snapshot(&self, scope: &Scope, span: Span, filter: &ContactFilter) -> Result<Box<dyn ContactSnapshot>> {
        let turn = self.snapshots.turn().await?;
        let (path, times, turns) = (self.snapshots.path.clone(), self.snapshots.times, self.snapshots.turns.clone());
        let (scope, filter) = (*scope, filter.clone());
        let slot = self.snapshots.slot();
        let begun = slot.clone();
        let mut begin = spawn_blocking(move || {
            let mut slot = lock(&begun);
            // Whoever closes the store looks into the slot after this.
            if turns.is_closed() {
                return Err(closed());
            }
            let reading = Reading::begin(&path, times, turn, (&scope, span, &filter)).map_err(store_error)?;
            *slot = Some(reading);
            Ok(())
        });
        answer(&mut begin).await?;
        Ok(Box::new(Snapshot { ahead: read_ahead(slot.clone()), slot, is_at_end: false }))
    }
}

/// The pages, for whoever takes them.
struct Snapshot {
    slot: Arc<Slot>,
    /// The next one.
    ahead: JoinHandle<Result<Vec<SnapshotRow>>>,
    is_at_end: bool,
}

#[async_trait]
impl ContactSnapshot for Snapshot {
    async fn next(&mut self) -> Result<Vec<SnapshotRow>> {
        if self.is_at_end {
            return Ok(Vec::new());
        }
        let page = answer(&mut self.ahead).await;
        self.is_at_end = page.as_ref().is_ok_and(Vec::is_empty);
        if !self.is_at_end {
            self.ahead = read_ahead(self.slot.clone());
        }
        page
    }
}

/// Has the next page read. Behind the last one the connection is closed, and so it is where one fails: then none follows,
/// since what came before isn't all.
fn read_ahead(slot: Arc<Slot>) -> JoinHandle<Result<Vec<SnapshotRow>>> {
    spawn_blocking(move || {
        let mut slot = lock(&slot);
        let mut reading = slot.take().ok_or_else(closed)?;
        let page = reading.next().map_err(store_error)?;
        if !page.is_empty() {
            *slot = Some(reading);
        }
        Ok(page)
    })
}

/// What a thread came to.
async fn answer<T>(work: &mut JoinHandle<Result<T>>) -> Result<T> {
    // The panic's own text may quote what it was about; the panic hook has logged it.
    work.await.unwrap_or_else(|_| Err(StoreError::failed("an act panicked")))
}

fn lock(slot: &Slot) -> MutexGuard<'_, Option<Reading>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> StoreError {
    StoreError::unavailable("the snapshot is closed")
}
