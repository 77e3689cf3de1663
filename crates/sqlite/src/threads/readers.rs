//! The threads that read.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use roster_domain::ports::Result;
use rusqlite::Connection;

use super::connected::{Connected, Fault};
use super::deadline::Deadline;
use super::job::{Step, answer, job};
use super::queue::{Line, Queue};
use crate::{OpenError, SqliteOptions, connection};

/// Gets and short lists share so many threads, and so many others do what may take long: searches, counts, streams.
const THREADS: usize = 2;

/// A thread takes at most so many gets at a time.
const GETS: usize = 8;

/// Gets may pass a waiting list so many times in a row.
const PASSES: usize = 4;

/// Threads that read. A read ends its statements before it answers, so none keeps the WAL from being folded in for
/// longer than it may take itself.
pub(crate) struct Readers {
    short: Crew,
    long: Crew,
}

/// Some threads behind one queue.
struct Crew {
    queue: Arc<Queue>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Readers {
    pub(crate) fn start(path: &Path, options: &SqliteOptions) -> std::result::Result<Self, OpenError> {
        Ok(Self {
            short: Crew::start("sqlite-reader", path, options)?,
            long: Crew::start("sqlite-search", path, options)?,
        })
    }

    /// Reads one thing.
    pub(crate) async fn get<T, F>(&self, read: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.short.read(Line::Fast, read).await
    }

    /// Reads a short list; what reads one thing goes first.
    pub(crate) async fn list<T, F>(&self, read: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.short.read(Line::Slow, read).await
    }

    /// Reads what may take long, out of the way of the others.
    pub(crate) async fn search<T, F>(&self, read: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.long.read(Line::Slow, read).await
    }

    /// Takes no more, answers what waits, closes the connections.
    pub(crate) fn close(&self) {
        self.short.close();
        self.long.close();
    }
}

impl Crew {
    fn start(name: &str, path: &Path, options: &SqliteOptions) -> std::result::Result<Self, OpenError> {
        let crew = Self { queue: Arc::new(Queue::new(options.read_queue, PASSES)), threads: Mutex::default() };
        for _ in 0..THREADS {
            // Where this fails, those that run already end: the crew is dropped.
            let thread = crew.thread(name, path, options)?;
            crew.threads().push(thread);
        }
        Ok(crew)
    }

    fn thread(
        &self,
        name: &str,
        path: &Path,
        options: &SqliteOptions,
    ) -> std::result::Result<JoinHandle<()>, OpenError> {
        let (file, busy) = (path.to_owned(), options.busy_timeout);
        let deadline = Deadline::new();
        let watch = deadline.clone();
        let open = move || {
            let connection = connection::reader(&file, busy)?;
            watch.watch(&connection)?;
            Ok(connection)
        };
        let connected = Connected::new(open).map_err(|source| OpenError::Database { path: path.to_owned(), source })?;
        let (queue, timeout) = (self.queue.clone(), options.read_timeout);
        spawn(name, move || work(&queue, connected, &deadline, timeout)).map_err(OpenError::Thread)
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

    fn close(&self) {
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

impl Drop for Crew {
    fn drop(&mut self) {
        self.close();
    }
}

fn work(queue: &Queue, mut connected: Connected, deadline: &Deadline, timeout: Duration) {
    let mut taken = VecDeque::with_capacity(GETS);
    while queue.next_few(&mut taken, THREADS, GETS).is_some() {
        for mut job in taken.drain(..) {
            if job.is_abandoned() {
                continue;
            }
            deadline.set(timeout);
            let outcome = connected.with(|connection| job.run(connection).map_err(Fault::from));
            job.answer(outcome.map(drop));
        }
    }
}

pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(work)
}

#[cfg(test)]
mod tests;
