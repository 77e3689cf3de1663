//! The system's clock.

use roster_domain::{Clock, Timestamp};

/// The present, as the operating system has it.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is injected everywhere else")]
    fn now(&self) -> Timestamp {
        Timestamp::from(chrono::Utc::now())
    }
}
