//! Connections that were lost: others of the same time may be dead as well, though nobody has noticed yet.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When one was lost last.
#[derive(Default)]
pub(crate) struct Losses(Mutex<Option<Instant>>);

impl Losses {
    pub(crate) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether one was lost while another was in no use, for so long by now.
    pub(crate) fn happened_within(&self, idle_for: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() <= idle_for)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_idle_at_the_time_is_doubtful() {
        let losses = Losses::default();
        assert!(!losses.happened_within(Duration::MAX));
        losses.note();
        assert!(losses.happened_within(Duration::MAX));
        assert!(!losses.happened_within(Duration::ZERO));
    }
}
