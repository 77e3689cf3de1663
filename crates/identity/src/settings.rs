//! What the operator decides about accounts.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

/// Whether strangers may make accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registration {
    /// They may.
    #[default]
    Open,
    /// Only the operator makes accounts.
    Closed,
}

/// The `auth` section of the configuration, but for the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentitySettings {
    /// How long an access token is good.
    pub access_ttl: Duration,
    /// How long a session is good.
    pub session_ttl: Duration,
    /// Whether strangers may make accounts.
    pub registration: Registration,
    /// How many threads hash passwords, each with 19 MiB while it is at work; at least one is started.
    pub hash_threads: usize,
}

impl Default for IdentitySettings {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self {
            access_ttl: Duration::from_secs(15 * 60),
            session_ttl: Duration::from_secs(365 * 24 * 60 * 60),
            registration: Registration::Open,
            hash_threads: (cores / 2).clamp(1, 4),
        }
    }
}
