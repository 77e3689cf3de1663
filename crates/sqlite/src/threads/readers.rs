//! The threads that read.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use roster_domain::ports::Result;
use rusqlite::Connection;

use super::connected::{Connected, Fault};
use super::job::{Step, answer, job};
use super::queue::{Line, Queue};
use crate::{OpenError, SqliteOptions, connection};

/// Gets and lists from one file share so many threads. A read is one statement, ended before the next begins, so none
/// of them keeps the WAL from being folded in.
const THREADS: usize = 2;

/// A deadline is looked at every so many instructions of SQLite's machine: some tens of microseconds.
const INSTRUCTIONS: i32 = 2_000;

/// Threads that read, behind one queue.
pub(crate) struct Readers {
    queue: Arc<Queue>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Readers {
    pub(crate) fn start(path: &Path, options: &SqliteOptions) -> std::result::Result<Self, OpenError> {
        let queue = Arc::new(Queue::new(options.read_queue));
        let readers = Self { queue, threads: Mutex::default() };
        for _ in 0..THREADS {
            // Where this fails, those that run already end: `readers` is dropped.
            let thread = readers.thread(path, options)?;
            readers.threads().push(thread);
        }
        Ok(readers)
    }

    fn thread(&self, path: &Path, options: &SqliteOptions) -> std::result::Result<JoinHandle<()>, OpenError> {
        let (file, busy) = (path.to_owned(), options.busy_timeout);
        let connected = Connected::new(move || connection::reader(&file, busy))
            .map_err(|source| OpenError::Database { path: path.to_owned(), source })?;
        let (queue, timeout) = (self.queue.clone(), options.read_timeout);
        spawn("sqlite-reader", move || work(&queue, connected, timeout)).map_err(OpenError::Thread)
    }

    /// Reads one thing.
    pub(crate) async fn get<T, F>(&self, read: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.read(Line::Fast, read).await
    }

    /// Reads a list; what reads one thing goes first.
    pub(crate) async fn list<T, F>(&self, read: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.read(Line::Slow, read).await
    }

    async fn read<T, F>(&self, line: Line, read: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (job, reply) = job(move |connection| read(connection).map(Step::Done), |_| ());
        self.queue.push(line, job)?;
        answer(reply).await
    }

    /// Takes no more, answers what waits, closes the connections.
    pub(crate) fn close(&self) {
        self.queue.close();
        for thread in self.threads().drain(..) {
            // A reader that panicked has closed its connection on the way out.
            let _ = thread.join();
        }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.close();
    }
}

fn work(queue: &Queue, mut connected: Connected, timeout: Duration) {
    while let Some(mut job) = queue.next() {
        if job.is_abandoned() {
            continue;
        }
        let outcome = connected.with(|connection| {
            let deadline = Instant::now() + timeout;
            connection.progress_handler(INSTRUCTIONS, Some(move || Instant::now() >= deadline))?;
            job.run(connection).map_err(Fault::from)
        });
        job.answer(outcome.map(drop));
    }
}

pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(work)
}

#[cfg(test)]
mod tests;
