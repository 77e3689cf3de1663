//! Counting attempts at passwords, so that guessing them is slow.
//!
//! A counter lets attempts through until there were `limit` of them within its window. With that one, and with each one
//! after it, it closes: for 1 s, then 2, 4, and so on up to 15 minutes, never for ever. Attempts while it is closed are
//! refused and not counted. The window begins with the first attempt and is prolonged by each time it closes, so that
//! waiting out one closure doesn't begin everything anew; once it has passed, so is everything. A closure that is
//! further off than the longest was made under a clock that was ahead, and counts for nothing.

use std::time::Duration;

use crate::Timestamp;

/// Names a counter: an HMAC of what it counts, so that the store tells neither addresses nor accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterKey(pub [u8; 32]);

/// An attempt as one counter sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The counter.
    pub key: CounterKey,
    /// So many attempts are let through.
    pub limit: u32,
    /// Within so long.
    pub window: Duration,
    /// Where this is recognised (see [`Recognition`]), the counter isn't asked.
    pub unless: Option<CounterKey>,
}

/// Something to be recognised until some time: an address from which somebody signed in to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// What.
    pub key: CounterKey,
    /// Until when.
    pub until: Timestamp,
}

/// What the counters say to an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booking {
    /// All let it through, and these have counted it.
    Admitted(Vec<CounterKey>),
    /// One is closed until then, the latest where there are several; none has counted it.
    Refused {
        /// When trying again may help.
        until: Timestamp,
    },
}

/// The longest that a counter closes for.
pub const LONGEST_CLOSURE: Duration = Duration::from_secs(15 * 60);

/// For how long a counter closes once it has counted so many; `None`: it stays open.
#[must_use]
pub fn closed_for(count: u32, limit: u32) -> Option<Duration> {
    let beyond = count.checked_sub(limit)?;
    Some(Duration::from_secs(1 << beyond.min(10)).min(LONGEST_CLOSURE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(9, None)]
    #[case(10, Some(1))]
    #[case(11, Some(2))]
    #[case(19, Some(512))]
    #[case(20, Some(900))]
    #[case(u32::MAX, Some(900))]
    fn closes_for_longer_and_longer(#[case] count: u32, #[case] seconds: Option<u64>) {
        assert_eq!(closed_for(count, 10), seconds.map(Duration::from_secs));
    }
}
