//! A clock that tests move by hand.

use std::sync::atomic::{AtomicI64, Ordering};

use roster_domain::{Clock, Timestamp};

/// Stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows this instant.
    #[must_use]
    pub const fn at(instant: Timestamp) -> Self {
        Self(AtomicI64::new(instant.millis()))
    }

    /// Shows this instant from now on.
    pub fn set(&self, instant: Timestamp) {
        self.0.store(instant.millis(), Ordering::SeqCst);
    }

    /// Moves it on (or back) by so many milliseconds.
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
