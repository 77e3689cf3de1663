//! One kind of a set's connections, and what waits for them.

use std::future::Future;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use roster_domain::ports::{Result, StoreError};
use sqlx::{Connection, PgConnection};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::closed;
use super::lease::Lease;
use super::shared::{Purpose, Shared};

/// How long saying goodbye to the server may take.
const CLOSE_PATIENCE: Duration = Duration::from_millis(500);

/// What waits for one kind of connection, and how it goes over one.
pub(super) trait Work: Default + Send + Sized + 'static {
    /// One thing that waits.
    type Item: Send;

    /// What goes as one round.
    type Batch: Send + 'static;

    /// So many connections at most.
    const CONNECTIONS: usize;

    /// So many must wait for a second connection to be worth it, beside one that is in use.
    const WORTH_ANOTHER: usize;

    /// What they are for.
    const PURPOSE: Purpose;

    /// Puts it at the end; `false`: there is no room.
    fn push(&mut self, item: Self::Item) -> bool;

    /// The next round; `None`: nothing waits that may go now.
    fn take(&mut self) -> Option<Self::Batch>;

    /// How many things wait for a connection.
    fn waiting(&self) -> usize;

    /// Whether nothing waits, here or anywhere it went from here.
    fn is_done(&self) -> bool;

    /// Does a round on the lease's connection, and answers everything in it.
    fn round(batch: Self::Batch, lease: &mut Lease<Self>) -> impl Future<Output = ()> + Send;
}

pub(super) struct Side<W: Work> {
    pub(super) shared: Arc<Shared>,
    runtime: Handle,
    state: Mutex<State<W>>,
    /// Told whenever nothing is under way.
    quiet: Notify,
}

pub(super) struct State<W: Work> {
    pub(super) work: W,
    idle: Vec<Idle>,
    /// How many leases there are.
    leased: usize,
    standing: Standing,
}

/// A connection that nobody uses.
pub(super) struct Idle {
    pub(super) connection: PgConnection,
    pub(super) since: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Open,
    /// Finishes what it has.
    Closing,
    /// Its runtime is gone.
    Dead,
}

impl<W: Work> Side<W> {
    pub(super) fn new(shared: Arc<Shared>, runtime: Handle) -> Arc<Self> {
        let state = State { work: W::default(), idle: Vec::new(), leased: 0, standing: Standing::Open };
        Arc::new(Self { shared, runtime, state: Mutex::new(state), quiet: Notify::new() })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an item in.
    pub(super) fn push(self: &Arc<Self>, item: W::Item) -> Result<()> {
        {
            let mut state = self.lock();
            if state.standing != Standing::Open {
                return Err(closed());
            }
            if !state.work.push(item) {
                return Err(StoreError::Overloaded);
            }
        }
        self.dispatch();
        Ok(())
    }

    /// Has what waits done, if a connection is free for it.
    pub(super) fn dispatch(self: &Arc<Self>) {
        let mut state = self.lock();
        let worth = if state.leased == 0 { 1 } else { W::WORTH_ANOTHER };
        if state.standing == Standing::Dead || state.leased == W::CONNECTIONS || state.work.waiting() < worth {
            return;
        }
        state.leased += 1;
        let idle = state.idle.pop();
        drop(state);
        self.runtime.spawn(Lease::new(self.clone(), idle).work());
    }

    /// The next round of a lease, or the end of it: then its connection is free again.
    pub(super) fn next(self: &Arc<Self>, connection: &mut Option<PgConnection>) -> Option<W::Batch> {
        let mut state = self.lock();
        let batch = state.work.take();
        if batch.is_none() {
            state.leased -= 1;
            if let Some(connection) = connection.take() {
                state.idle.push(Idle { connection, since: Instant::now() });
            }
            self.tell_if_quiet(&state);
        }
        batch
    }

    /// A lease ended with its round half done; its connection is gone.
    pub(super) fn broken_off(self: &Arc<Self>) {
        let mut state = self.lock();
        state.leased -= 1;
        self.tell_if_quiet(&state);
        drop(state);
        self.dispatch();
    }

    /// Something that went elsewhere is done.
    pub(super) fn came_back(self: &Arc<Self>, back: impl FnOnce(&mut W)) {
        let mut state = self.lock();
        back(&mut state.work);
        self.tell_if_quiet(&state);
        drop(state);
        self.dispatch();
    }

    fn tell_if_quiet(&self, state: &State<W>) {
        if state.leased == 0 && state.work.is_done() {
            self.quiet.notify_waiters();
        }
    }

    pub(super) fn is_dead(&self) -> bool {
        self.lock().standing == Standing::Dead
    }

    /// Its runtime is gone, and with it whoever waits there.
    pub(super) fn die(&self) {
        let (work, idle) = {
            let mut state = self.lock();
            state.standing = Standing::Dead;
            (mem::take(&mut state.work), mem::take(&mut state.idle))
        };
        self.quiet.notify_waiters();
        drop((work, idle));
    }

    /// Takes nothing more.
    pub(super) fn refuse(&self) {
        let mut state = self.lock();
        if state.standing == Standing::Open {
            state.standing = Standing::Closing;
        }
    }

    /// Comes back when what it has is done and its connections are closed; or after a while, if its runtime stands
    /// still.
    pub(super) async fn finish(&self) {
        let all_done = async {
            loop {
                let quiet = self.quiet.notified();
                {
                    let state = self.lock();
                    if state.standing == Standing::Dead || (state.leased == 0 && state.work.is_done()) {
                        return;
                    }
                }
                quiet.await;
            }
        };
        let _ = timeout(self.shared.patience, all_done).await;
        let idle = mem::take(&mut self.lock().idle);
        let goodbye = self.runtime.spawn(async move {
            for idle in idle {
                // Best effort: the server notices a closed socket as well.
                let _ = idle.connection.close().await;
            }
        });
        let _ = timeout(CLOSE_PATIENCE, goodbye).await;
    }
}
