//! Folding the write-ahead log into the database while others go on.
//!
//! SQLite would do it within the COMMIT that makes the log too long, and let a whole group wait for the disk twice. So a
//! thread of its own does it beside the writer. It never catches up with one that doesn't rest; then the writer takes
//! what little is left, and the log begins anew in the room it has.

use std::cell::Cell;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::connected::{Connected, Fault};
use super::readers::spawn;

/// In pages of the log, each of 4 KiB and a little.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    /// With so many more, the thread is called.
    pub(super) fold_in: u32,
    /// With so many, the writer lets it begin anew.
    pub(super) restart: u32,
}

/// 8 and 64 MiB.
pub(super) const LENGTHS: Lengths = Lengths { fold_in: 2_048, restart: 16_384 };

/// So long does the writer wait for readers to leave the log; else it tries again later.
const PATIENCE: Duration = Duration::from_millis(20);

thread_local! {
    /// How long the log was when this thread last committed.
    static LENGTH: Cell<u32> = const { Cell::new(0) };
}

/// Notes with each COMMIT how long the log is; SQLite's own checkpoints end with that.
pub(super) fn note_length(connection: &Connection) {
    connection.wal_hook(Some(|_, pages| {
        LENGTH.set(u32::try_from(pages).unwrap_or_default());
        Ok(())
    }));
}

/// The thread that folds in, as the writer sees it.
pub(super) struct Checkpoints {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
    lengths: Lengths,
    next: Lengths,
    seen: u32,
    busy_timeout: Duration,
}

#[derive(Default)]
struct Bell {
    state: Mutex<Rung>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Rung {
    #[default]
    No,
    Once,
    ForTheLastTime,
}

impl Checkpoints {
    /// The timeout is what the writer's connection goes back to.
    pub(super) fn start(connected: Connected, lengths: Lengths, busy_timeout: Duration) -> io::Result<Self> {
        let bell = Arc::new(Bell::default());
        let thread = spawn("sqlite-folder", {
            let bell = bell.clone();
            move || work(&bell, connected)
        })?;
        Ok(Self { bell, thread: Some(thread), lengths, next: lengths, seen: 0, busy_timeout })
    }

    /// Looks at the log when the writer has committed.
    pub(super) fn after_commit(&mut self, writer: &mut Connected) {
        let length = LENGTH.get();
        if length < self.seen {
            // It has begun anew.
            self.next = self.lengths;
        }
        self.seen = length;
        if length >= self.next.restart {
            self.next.restart = length + self.lengths.fold_in;
            let restarted = writer.with(|connection| restart(connection, self.busy_timeout));
            tracing::debug!(length, done = restarted.is_ok_and(|restarted| restarted), "the WAL is to begin anew");
        } else if length >= self.next.fold_in {
            self.next.fold_in = length + self.lengths.fold_in;
            self.bell.ring(Rung::Once);
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.bell.ring(Rung::ForTheLastTime);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Bell {
    fn ring(&self, rung: Rung) {
        *self.lock() = rung;
        self.changed.notify_one();
    }

    /// Whether to do it again; waits until that is known.
    fn next(&self) -> bool {
        let mut state = self.lock();
        while *state == Rung::No {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if *state == Rung::Once {
            *state = Rung::No;
            return true;
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, Rung> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn work(bell: &Bell, mut connected: Connected) {
    while bell.next() {
        if let Err(failure) = connected.with(|connection| Ok(fold_in(connection)?)) {
            tracing::debug!(error = %failure, "the WAL could not be folded into the database");
        }
    }
}

/// What no reader needs any more; waits for nobody.
pub(super) fn fold_in(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

/// The rest, and the next COMMIT begins at the log's beginning. Whether that came about.
fn restart(connection: &Connection, busy_timeout: Duration) -> Result<bool, Fault> {
    connection.busy_timeout(PATIENCE)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0));
    connection.busy_timeout(busy_timeout)?;
    let busy: bool = busy?;
    Ok(!busy)
}
