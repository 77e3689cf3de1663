//! What all calls about identity share.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::ports::Store;
use roster_domain::{Clock, Entropy, IdSource};

use crate::keys::KeyRing;
use crate::passwords::Passwords;
use crate::settings::{IdentitySettings, Registration};

/// Accounts, sign-in and authentication over one store. Shared as `Arc<Identity>`; its hashing threads end when it is
/// dropped.
pub struct Identity {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) keys: KeyRing,
    pub(crate) passwords: Passwords,
    pub(crate) access_ttl: Duration,
    pub(crate) session_ttl: Duration,
    registration: Registration,
}

impl Identity {
    /// Starts the hashing threads.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        ids: Arc<IdSource>,
        keys: KeyRing,
        settings: &IdentitySettings,
    ) -> Self {
        let passwords = Passwords::start(settings.hash_threads, entropy.clone());
        let IdentitySettings { access_ttl, session_ttl, registration, hash_threads: _ } = *settings;
        Self { store, clock, entropy, ids, keys, passwords, access_ttl, session_ttl, registration }
    }

    /// Whether [`Identity::sign_up`] makes accounts at all.
    #[must_use]
    pub fn registration_open(&self) -> bool {
        self.registration == Registration::Open
    }
}

/// Whole milliseconds, as instants count them.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
