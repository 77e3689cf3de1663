//! How long nobody else works on an import that somebody works on.

use std::time::Duration;

use roster_domain::{Entropy, Lease, Timestamp};

/// From one renewal to the end.
const HOLDS: Duration = Duration::from_secs(60);

/// Renewed after so long at the latest, also where no row comes.
pub const RENEWAL: Duration = Duration::from_secs(20);

/// A lease of somebody new, from now on: to begin an import with, whose every step then renews it.
#[must_use]
pub fn new_lease(now: Timestamp, entropy: &dyn Entropy) -> Lease {
    let mut holder = [0; 16];
    entropy.fill(&mut holder);
    Lease { holder, until: until(now) }
}

/// Until when one holds that is renewed now.
pub fn until(now: Timestamp) -> Timestamp {
    now.plus(HOLDS)
}
