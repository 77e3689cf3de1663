//! Where jobs wait for a thread.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use roster_domain::ports::StoreError;

use super::job::Job;

/// In which of a queue's two lines a job waits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Line {
    /// Short ones.
    Fast,
    /// Long ones, which let the short ones pass.
    Slow,
}

/// A short job may pass a waiting long one so many times in a row; then that has its turn, lest it wait for ever.
const PASSES: usize = 16;

/// Jobs that wait for one of some threads: bounded, and refusing at once what is too much.
pub(super) struct Queue {
    lines: Mutex<Lines>,
    changed: Condvar,
    capacity: usize,
}

struct Lines {
    fast: VecDeque<Box<dyn Job>>,
    slow: VecDeque<Box<dyn Job>>,
    passes: usize,
    open: bool,
}

/// Why a job wasn't taken.
#[derive(Debug, thiserror::Error)]
#[error("the store is closed")]
struct Closed;

impl Queue {
    /// Each line takes so many.
    pub(super) fn new(capacity: usize) -> Self {
        let lines = Lines { fast: VecDeque::new(), slow: VecDeque::new(), passes: 0, open: true };
        Self { lines: Mutex::new(lines), changed: Condvar::new(), capacity }
    }

    /// Lets a job wait, or says at once that it can't.
    pub(super) fn push(&self, line: Line, job: Box<dyn Job>) -> Result<(), StoreError> {
        let mut lines = self.lock();
        if !lines.open {
            return Err(StoreError::unavailable(Closed));
        }
        let line = lines.line(line);
        if line.len() >= self.capacity {
            return Err(StoreError::Overloaded);
        }
        line.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// Lets a job that was taken before wait for its next step, behind the other long ones. It was accepted, so there
    /// is always room; when the queue was closed meanwhile it is answered that.
    pub(super) fn resume(&self, job: Box<dyn Job>) {
        let mut lines = self.lock();
        if lines.open {
            lines.slow.push_back(job);
            self.changed.notify_one();
        } else {
            drop(lines);
            job.answer(Err(StoreError::unavailable(Closed)));
        }
    }

    /// The next job, waited for. `None`: the queue was closed, and all that waited has been handed out.
    pub(super) fn next(&self) -> Option<Box<dyn Job>> {
        let mut lines = self.lock();
        loop {
            if let Some(job) = lines.next() {
                return Some(job);
            }
            if !lines.open {
                return None;
            }
            lines = self.changed.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes no more.
    pub(super) fn close(&self) {
        self.lock().open = false;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn line(&mut self, line: Line) -> &mut VecDeque<Box<dyn Job>> {
        match line {
            Line::Fast => &mut self.fast,
            Line::Slow => &mut self.slow,
        }
    }

    fn next(&mut self) -> Option<Box<dyn Job>> {
        if !self.slow.is_empty() && (self.fast.is_empty() || self.passes >= PASSES) {
            self.passes = 0;
            return self.slow.pop_front();
        }
        self.passes = if self.slow.is_empty() { 0 } else { self.passes + 1 };
        self.fast.pop_front()
    }
}
