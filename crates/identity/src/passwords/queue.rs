//! A bounded queue between whoever has a password and the threads that hash it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// First come, first served; full at once says so.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    room: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

/// What a thread that asks for work is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<T> {
    /// Do this.
    Item(T),
    /// There was nothing to do for as long as it would wait.
    Nothing,
    /// There never will be again.
    Closed,
}

impl<T> Queue<T> {
    /// With room for so many that wait.
    pub(super) fn new(room: usize) -> Self {
        let state = State { waiting: VecDeque::with_capacity(room), closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), room }
    }

    /// Adds an item; `false`: it is full.
    pub(super) fn offer(&self, item: T) -> bool {
        let mut state = self.state();
        let taken = state.waiting.len() < self.room && !state.closed;
        if taken {
            state.waiting.push_back(item);
            self.changed.notify_one();
        }
        taken
    }

    /// The next item, waiting for one so long; without a limit, for ever.
    pub(super) fn take(&self, patience: Option<Duration>) -> Next<T> {
        let idle = |state: &mut State<T>| state.waiting.is_empty() && !state.closed;
        let mut state = match patience {
            Some(patience) => {
                let waited = self.changed.wait_timeout_while(self.state(), patience, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.changed.wait_while(self.state(), idle).unwrap_or_else(PoisonError::into_inner),
        };
        if state.closed {
            return Next::Closed;
        }
        state.waiting.pop_front().map_or(Next::Nothing, Next::Item)
    }

    /// Drops what waits, and sends the threads home.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.waiting.clear();
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[test]
    fn is_in_order_and_bounded() {
        let queue = Queue::new(2);
        assert!(queue.offer(1) && queue.offer(2) && !queue.offer(3));
        assert_eq!(queue.take(None), Next::Item(1));
        assert!(queue.offer(4));
        assert_eq!((queue.take(None), queue.take(None)), (Next::Item(2), Next::Item(4)));
    }

    #[test]
    fn says_when_there_was_nothing() {
        assert_eq!(Queue::<u8>::new(2).take(Some(Duration::ZERO)), Next::Nothing);
    }

    #[test]
    fn closing_wakes_who_waits_and_takes_nothing_more() {
        let queue = Arc::new(Queue::new(2));
        let waiting = {
            let queue = queue.clone();
            thread::spawn(move || queue.take(None))
        };
        queue.close();
        assert_eq!(waiting.join().unwrap(), Next::Closed);
        assert!(!queue.offer(1));
        assert_eq!(queue.take(Some(Duration::ZERO)), Next::Closed);
    }
}
