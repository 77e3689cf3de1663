//! Where jobs wait for a thread.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use roster_domain::ports::StoreError;

use super::job::Job;

/// In which of a queue's two lines a job waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Short ones.
    Fast,
    /// Long ones, which let the short ones pass.
    Slow,
}

/// Jobs that wait for one of some threads: bounded, and refusing at once what is too much.
pub(super) struct Queue {
    lines: Mutex<Lines>,
    changed: Condvar,
    capacity: usize,
    passes: usize,
}

struct Lines {
    fast: VecDeque<Box<dyn Job>>,
    slow: VecDeque<Box<dyn Job>>,
    passed: usize,
    open: bool,
    /// Threads that wait and that nobody has called.
    idle: usize,
    /// Threads that were called and aren't up yet. Calling costs more than a get, so none is called twice.
    called: usize,
}

/// Why a job wasn't taken.
#[derive(Debug, thiserror::Error)]
#[error("the store is closed")]
struct Closed;

impl Queue {
    /// Each line takes so many. Short jobs may pass a waiting long one so many times in a row; then that has its turn,
    /// lest it wait for ever.
    pub(super) fn new(capacity: usize, passes: usize) -> Self {
        let lines = Lines { fast: VecDeque::new(), slow: VecDeque::new(), passed: 0, open: true, idle: 0, called: 0 };
        Self { lines: Mutex::new(lines), changed: Condvar::new(), capacity, passes }
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
        self.call_one(lines);
        Ok(())
    }

    /// Lets a job that was taken before wait for its next step, behind the other long ones. It was accepted, so there
    /// is always room; when the queue was closed meanwhile it is answered that.
    pub(super) fn resume(&self, job: Box<dyn Job>) {
        let mut lines = self.lock();
        if lines.open {
            lines.slow.push_back(job);
            self.call_one(lines);
        } else {
            drop(lines);
            job.answer(Err(StoreError::unavailable(Closed)));
        }
    }

    /// The next job, waited for. `None`: the queue was closed, and all that waited has been handed out.
    pub(super) fn next(&self) -> Option<(Line, Box<dyn Job>)> {
        let mut taken = VecDeque::with_capacity(1);
        let line = self.take(&mut taken, |_| 1)?;
        taken.pop_front().map(|job| (line, job))
    }

    /// The same for one of some threads: a few of the short ones at once, its share of those that wait, or one long one.
    pub(super) fn next_few(&self, taken: &mut VecDeque<Box<dyn Job>>, threads: usize, most: usize) -> Option<Line> {
        self.take(taken, |waiting| waiting.div_ceil(threads).clamp(1, most))
    }

    /// Short jobs that wait now, at most so many: they join the one that was taken last.
    pub(super) fn join(&self, most: usize, mut each: impl FnMut(Box<dyn Job>)) {
        let mut lines = self.lock();
        let count = most.min(lines.fast.len());
        lines.fast.drain(..count).for_each(&mut each);
    }

    /// Takes no more.
    pub(super) fn close(&self) {
        self.lock().open = false;
        self.changed.notify_all();
    }

    fn take(&self, taken: &mut VecDeque<Box<dyn Job>>, share: impl Fn(usize) -> usize) -> Option<Line> {
        let mut lines = self.lock();
        loop {
            if !lines.slow.is_empty() && (lines.fast.is_empty() || lines.passed >= self.passes) {
                lines.passed = 0;
                taken.extend(lines.slow.pop_front());
                return Some(Line::Slow);
            }
            if !lines.fast.is_empty() {
                lines.passed = if lines.slow.is_empty() { 0 } else { lines.passed + 1 };
                let count = share(lines.fast.len());
                taken.extend(lines.fast.drain(..count));
                return Some(Line::Fast);
            }
            if !lines.open {
                return None;
            }
            lines.idle += 1;
            lines = self.changed.wait(lines).unwrap_or_else(PoisonError::into_inner);
            match lines.called {
                0 => lines.idle = lines.idle.saturating_sub(1),
                _ => lines.called -= 1,
            }
        }
    }

    fn call_one(&self, mut lines: MutexGuard<'_, Lines>) {
        if lines.idle > 0 {
            lines.idle -= 1;
            lines.called += 1;
            drop(lines);
            self.changed.notify_one();
        }
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
}
