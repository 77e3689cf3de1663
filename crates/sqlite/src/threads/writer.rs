//! The thread that writes.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use roster_domain::ports::{Result, StoreError};
use rusqlite::Connection;

use super::checkpoints::{self, Checkpoints, LENGTHS};
use super::connected::{Connected, Fault};
use super::group::{Group, execute};
use super::job::{Job, Step, answer, job};
use super::queue::{Line, Queue};
use super::readers::spawn;
use crate::{OpenError, SqliteOptions, connection};

/// A transaction holds at most so many acts.
const MOST: usize = 256;

/// Groups of acts may pass a waiting step so many times in a row.
const PASSES: usize = 4;

/// The one thread that writes, behind its queue: what waits together goes into one transaction, a step of a long act into
/// its own, and all is answered when it is on disk. What was accepted is done, whoever waits for it.
pub(crate) struct Writer {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(path: &Path, options: &SqliteOptions) -> std::result::Result<Self, OpenError> {
        let (file, busy) = (path.to_owned(), options.busy_timeout);
        let opened = |connected: rusqlite::Result<Connected>| {
            connected.map_err(|source| OpenError::Database { path: path.to_owned(), source })
        };
        let writer = opened(Connected::new(move || connection::writer(&file, busy).inspect(reuse_log)))?;
        let (file, busy) = (path.to_owned(), options.busy_timeout);
        let folder = opened(Connected::new(move || connection::writer(&file, busy)))?;
        Checkpoints::start(folder, LENGTHS, busy)
            .and_then(|checkpoints| Self::over(writer, options.write_queue, MOST, checkpoints))
            .map_err(OpenError::Thread)
    }

    fn over(connected: Connected, capacity: usize, most: usize, checkpoints: Checkpoints) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new(capacity, PASSES));
        let thread = spawn("sqlite-writer", {
            let queue = queue.clone();
            move || work(&queue, connected, most, checkpoints)
        })?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Writes, in one transaction, perhaps with other acts. Where one of those fails, it is done again: what it does
    /// must depend on nothing but what it reads in the transaction.
    pub(crate) async fn write<T, F>(&self, act: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.write_then(act, |_| ()).await
    }

    /// The same, and then this with the answer: once it is on disk and before it is answered, whoever waits for it.
    pub(crate) async fn write_then<T, F, N>(&self, act: F, then: N) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        N: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
    {
        let (job, reply) = job(move |connection| act(connection).map(Step::Done), then);
        self.queue.push(Line::Fast, job)?;
        answer(reply).await
    }

    /// Writes in steps, each a transaction; between them go the acts of others. A step that fails ends it: what the
    /// steps before did stays done.
    pub(crate) async fn write_in_steps<T, F>(&self, step: F) -> Result<T>
    where
        F: FnMut(&Connection) -> rusqlite::Result<Step<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.write_in_steps_then(step, |_| ()).await
    }

    /// The same, and then this with the answer, as in [`Writer::write_then`].
    pub(crate) async fn write_in_steps_then<T, F, N>(&self, step: F, then: N) -> Result<T>
    where
        F: FnMut(&Connection) -> rusqlite::Result<Step<T>> + Send + 'static,
        N: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
    {
        let (job, reply) = job(step, then);
        self.queue.push(Line::Slow, job)?;
        answer(reply).await
    }

    /// For acts that begin behind another.
    pub(crate) fn behind(&self) -> Behind {
        Behind(self.queue.clone())
    }

    /// Takes no more, does what waits, folds the WAL into the database and closes it. An act in steps ends with the
    /// step it is at, and can be repeated.
    pub(crate) fn close(&self) {
        self.queue.close();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A writer that panicked has closed its connection on the way out.
            let _ = thread.join();
        }
    }
}

/// Where acts are left that nobody waits for.
pub(crate) struct Behind(Arc<Queue>);

impl Behind {
    /// Does this again and again, each time in a transaction of its own, until it says that nothing is left. Where the
    /// queue takes no more, or the store is closed on the way, the housekeeping comes to it.
    pub(crate) fn steps(self, step: impl Fn(&Connection) -> rusqlite::Result<bool> + Send + 'static) {
        let step = move |connection: &Connection| Ok(if step(connection)? { Step::More } else { Step::Done(()) });
        let (job, _) = job(step, |()| ());
        if let Err(failure) = self.0.push(Line::Slow, job) {
            tracing::debug!(error = %failure, "an act that was to follow is left to the housekeeping");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

fn work(queue: &Queue, mut connected: Connected, most: usize, mut checkpoints: Checkpoints) {
    while let Some((line, mut job)) = queue.next() {
        match line {
            Line::Fast => {
                let mut group = Group::of(job, most);
                let outcome = connected.with(|connection| group.commit(connection, queue));
                group.answer(outcome);
            }
            Line::Slow => match connected.with(|connection| step(connection, job.as_mut())) {
                Ok(Step::Done(())) => job.answer(Ok(())),
                Ok(Step::More) => queue.resume(job),
                Err(failure) => job.answer(Err(failure)),
            },
        }
        checkpoints.after_commit(&mut connected);
    }
    drop(checkpoints);
    if let Err(failure) = connected.with(fold_in) {
        tracing::warn!(error = %failure, "the WAL could not be folded into the database; the next start does it");
    }
}

/// One step of an act, between BEGIN and COMMIT: alone, since it can't be done again.
fn step(connection: &Connection, job: &mut dyn Job) -> std::result::Result<Step<()>, Fault> {
    execute(connection, "BEGIN IMMEDIATE")?;
    match job.run(connection) {
        Ok(step) => {
            execute(connection, "COMMIT").map_err(Fault::at_the_end)?;
            Ok(step)
        }
        Err(failure) => {
            // After some failures SQLite has rolled back by itself.
            if !connection.is_autocommit() {
                execute(connection, "ROLLBACK").map_err(Fault::at_the_end)?;
            }
            Err(failure.into())
        }
    }
}

/// Folds in what the last connection left, so that the log begins anew in the room it has: on a full disk that is the
/// room that is left, and the log is what filled it. Where this fails, so will the acts, and they are answered.
fn reuse_log(connection: &Connection) {
    if let Err(failure) = checkpoints::fold_in(connection) {
        tracing::debug!(error = %failure, "the WAL could not be folded into the database");
    }
    checkpoints::note_length(connection);
}

/// With the readers gone and nothing left in the WAL, closing removes it.
fn fold_in(connection: &Connection) -> std::result::Result<(), Fault> {
    let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy {
        let error = StoreError::unavailable("another process reads the database");
        return Err(Fault { error, spoilt: false });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
