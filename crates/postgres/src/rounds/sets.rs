//! Which connections a caller's acts go over: reads over those of the runtime it runs on, writes over those of the store's.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

use super::reads::Reads;
use super::searches::Searches;
use super::shared::Shared;
use super::side::{Side, Work};
use super::writes::Writes;

/// So many runtimes have connections of their own; what others ask goes to the pool.
const MOST_SETS: usize = 64;

/// So many runtimes share a pair of connections to write, where there is one runtime for each processor.
const RUNTIMES_A_WRITER: usize = 2;

/// So many connections the sets of a store have at most, in a process with so many runtimes.
pub(crate) fn most_connections(runtimes: usize) -> usize {
    let of_each = Reads::CONNECTIONS + Searches::CONNECTIONS;
    of_each * runtimes.min(MOST_SETS) + Writes::CONNECTIONS * writers()
}

/// So many pairs of connections to write there are.
fn writers() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).div_ceil(RUNTIMES_A_WRITER)
}

/// One runtime's connections, and what waits for them.
pub(super) struct Set {
    pub reads: Arc<Side<Reads>>,
    pub searches: Arc<Side<Searches>>,
    /// Dropped with the set: then the sentinel ends.
    _alive: oneshot::Sender<()>,
}

impl Set {
    fn new(shared: &Arc<Shared>, runtime: &Handle) -> Arc<Self> {
        let (alive, ended) = oneshot::channel();
        let reads = Side::new(shared.clone(), runtime.clone());
        let searches = Side::new(shared.clone(), runtime.clone());
        let sentinel = Sentinel { reads: Arc::downgrade(&reads), searches: Arc::downgrade(&searches) };
        runtime.spawn(async move {
            let _sentinel = sentinel;
            let _ = ended.await;
        });
        Arc::new(Self { reads, searches, _alive: alive })
    }

    fn is_dead(&self) -> bool {
        self.reads.is_dead() || self.searches.is_dead()
    }
}

/// A task that does nothing but end with its runtime. A connection of a runtime that is gone is never used: nothing
/// would wake whoever waits for it.
struct Sentinel {
    reads: Weak<Side<Reads>>,
    searches: Weak<Side<Searches>>,
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        if let Some(reads) = self.reads.upgrade() {
            reads.die();
        }
        if let Some(searches) = self.searches.upgrade() {
            searches.die();
        }
    }
}

/// The sets of one store.
pub(super) struct Sets {
    number: u64,
    shared: Arc<Shared>,
    /// Writes take far longer than it takes to hand them to another thread, so what several runtimes ask goes together:
    /// larger rounds, fewer commits. One thread's always go the same way.
    writes: Vec<Arc<Side<Writes>>>,
    sets: Mutex<Standing>,
}

#[derive(Default)]
struct Standing {
    of_runtimes: HashMap<runtime::Id, Arc<Set>>,
    closed: bool,
}

/// Tells stores apart in what threads remember.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// Numbers threads, as they come to write.
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    /// The set that this thread asked for last: of which store, and for which runtime.
    static LAST: RefCell<Option<(u64, runtime::Id, Weak<Set>)>> = const { RefCell::new(None) };
}

impl Sets {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let writes = (0..writers()).map(|_| Side::new(shared.clone(), shared.runtime.clone())).collect();
        Self { number: NUMBERS.fetch_add(1, Ordering::Relaxed), shared, writes, sets: Mutex::default() }
    }

    /// Where this thread's writes go.
    pub(super) fn writes(&self) -> &Arc<Side<Writes>> {
        &self.writes[THREAD.with(|number| *number) % self.writes.len()]
    }

    /// The set of the runtime that this is called on; outside any, that of the store's. `None`: it can't have one.
    pub(super) fn of_this_runtime(&self) -> Option<Arc<Set>> {
        let runtime = Handle::try_current().unwrap_or_else(|_| self.shared.runtime.clone());
        let (number, id) = (self.number, runtime.id());
        let known = LAST.with_borrow(|last| match last {
            Some((store, of, set)) if *store == number && *of == id => set.upgrade().filter(|set| !set.is_dead()),
            _ => None,
        });
        if known.is_some() {
            return known;
        }
        let set = self.look_up(&runtime)?;
        LAST.set(Some((number, id, Arc::downgrade(&set))));
        Some(set)
    }

    fn look_up(&self, runtime: &Handle) -> Option<Arc<Set>> {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if !sets.closed {
            sets.of_runtimes.retain(|_, set| !set.is_dead());
        }
        if let Some(set) = sets.of_runtimes.get(&runtime.id()) {
            return Some(set.clone());
        }
        if sets.closed || sets.of_runtimes.len() >= MOST_SETS {
            return None;
        }
        let set = Set::new(&self.shared, runtime);
        sets.of_runtimes.insert(runtime.id(), set.clone());
        Some(set)
    }

    pub(super) async fn close(&self) {
        let sets: Vec<Arc<Set>> = {
            let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
            sets.closed = true;
            sets.of_runtimes.values().cloned().collect()
        };
        for set in &sets {
            set.reads.refuse();
            set.searches.refuse();
        }
        self.writes.iter().for_each(|writes| writes.refuse());
        for writes in &self.writes {
            writes.finish().await;
        }
        for set in &sets {
            set.reads.finish().await;
            set.searches.finish().await;
        }
    }
}
