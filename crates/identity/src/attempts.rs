//! How often passwords may be tried, and by whom.
//!
//! | counter | lets through |
//! | --- | --- |
//! | an account from one address | 10 in 15 minutes |
//! | one address, whatever it tries | 30 a minute |
//! | an account from everywhere | 200 in 15 minutes |
//! | sign-ups from one address | 20 an hour |
//!
//! From an address that signed in to an account within 30 days the third isn't asked, so that nobody can lock the owner
//! out. Then each closes for longer and longer: see [`roster_domain::closed_for`]. An account is the address that
//! somebody typed, whether or not it has one, so that both look the same. Of IPv6 a /64 is one address: everybody has as
//! many as they like below it. Attempts are booked before anything is hashed, and taken back when they succeed, so a burst of
//! parallel guesses counts in full.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use roster_domain::{Attempt, Booking, CounterKey, EmailKey, Origin, Recognition};

use crate::keys::Purpose;
use crate::{Identity, Refused};

const MINUTE: Duration = Duration::from_secs(60);
const QUARTER: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// For how long an address is recognised that signed in to an account.
const RECOGNISED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// An attempt that the counters let through.
pub(crate) struct Booked {
    counted: Vec<CounterKey>,
    /// What to recognise once it succeeds.
    known: Option<CounterKey>,
}

/// What became of a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Right,
    Wrong,
    NotLookedAt,
}

impl Outcome {
    /// Of whatever somebody answered who looked at the password: something, where it was right.
    pub(crate) fn of<T>(looked: &Result<Option<T>, Refused>) -> Self {
        match looked {
            Ok(Some(_)) => Self::Right,
            Ok(None) => Self::Wrong,
            Err(_) => Self::NotLookedAt,
        }
    }
}

impl Identity {
    /// Counts a guess at the password of whoever has this address.
    pub(crate) async fn book_guess(&self, email: &EmailKey, origin: &Origin) -> Result<Booked, Refused> {
        let (account, address) = (email.as_str().as_bytes(), network(origin));
        let known = self.counter("recognised", &[account, &address]);
        let attempt = |key, limit, window| Attempt { key, limit, window, unless: None };
        let attempts = [
            attempt(self.counter("account from address", &[account, &address]), 10, QUARTER),
            attempt(self.counter("address", &[&address]), 30, MINUTE),
            Attempt { unless: Some(known), ..attempt(self.counter("account", &[account]), 200, QUARTER) },
        ];
        self.book(&attempts, Some(known)).await
    }

    /// Counts a sign-up, which is never taken back.
    pub(crate) async fn book_sign_up(&self, origin: &Origin) -> Result<(), Refused> {
        let key = self.counter("sign-up", &[&network(origin)]);
        self.book(&[Attempt { key, limit: 20, window: HOUR, unless: None }], None).await.map(drop)
    }

    /// What a guess came to: a right one is taken back, and its address recognised; so is one that nobody looked at.
    /// What fails here is no reason to keep the outcome from the caller: at worst there is one guess more on a counter.
    pub(crate) async fn settle(&self, booked: Booked, outcome: Outcome) {
        let recognised = match outcome {
            Outcome::Wrong => return,
            Outcome::Right => booked.known.map(|key| Recognition { key, until: self.clock.now().plus(RECOGNISED) }),
            Outcome::NotLookedAt => None,
        };
        if let Err(error) = self.store.attempts.take_back(&booked.counted, recognised).await {
            tracing::warn!(%error, "an attempt was not taken back");
        }
    }

    async fn book(&self, attempts: &[Attempt], known: Option<CounterKey>) -> Result<Booked, Refused> {
        let now = self.clock.now();
        match self.store.attempts.book(attempts, now).await? {
            Booking::Admitted(counted) => Ok(Booked { counted, known }),
            Booking::Refused { until } => {
                let left = u64::try_from(until.millis() - now.millis()).unwrap_or(0);
                let retry_after = u32::try_from(left.div_ceil(1_000)).unwrap_or(u32::MAX).max(1);
                Err(Refused::TooMany { retry_after })
            }
        }
    }

    /// The name of a counter: it tells the store nothing of what it counts.
    fn counter(&self, kind: &str, parts: &[&[u8]]) -> CounterKey {
        let mut message = Vec::with_capacity(128);
        for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        CounterKey(self.keys.sign(Purpose::Attempts, &message))
    }
}

/// What counts as one address.
fn network(origin: &Origin) -> Vec<u8> {
    match origin.address.map(|address| address.to_canonical()) {
        None => Vec::new(),
        Some(IpAddr::V4(address)) => address.octets().to_vec(),
        Some(IpAddr::V6(address)) => prefix(address).to_vec(),
    }
}

/// The first 64 bits.
fn prefix(address: Ipv6Addr) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = address.octets();
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("192.0.2.1", "192.0.2.1", true)]
    #[case("192.0.2.1", "192.0.2.2", false)]
    #[case("::ffff:192.0.2.1", "192.0.2.1", true)]
    #[case("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    #[case("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    fn one_address_or_two(#[case] one: &str, #[case] other: &str, #[case] same: bool) {
        let origin = |text: &str| Origin { address: Some(text.parse().unwrap()), request_id: None };
        assert_eq!(network(&origin(one)) == network(&origin(other)), same);
    }
}
