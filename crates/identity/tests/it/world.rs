//! Everything around identity, with time and chance in the test's hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use roster_domain::ports::Store;
use roster_domain::{Email, IdSource, NewPassword, PersonName, Timestamp};
use roster_identity::{
    Authenticated, AuthenticationError, Identity, IdentitySettings, KeyRing, Presented, SecretKey, SignUp, SignedIn,
    SignedUp,
};
use roster_testkit::{ManualClock, SeededEntropy};
use secrecy::ExposeSecret;

use crate::store::MemoryStore;

pub const PASSWORD: &str = "correct horse battery";

pub struct World {
    pub store: Arc<MemoryStore>,
    pub clock: Arc<ManualClock>,
    pub settings: IdentitySettings,
    pub identity: Identity,
    servers: AtomicU64,
}

/// A ring of keys that the numbers stand for.
pub fn keys(seeds: &[u64]) -> KeyRing {
    let key = |seed: &u64| SecretKey::generate(&SeededEntropy::new(*seed));
    KeyRing::new(seeds.iter().map(key).collect()).unwrap()
}

impl World {
    pub fn new() -> Self {
        Self::with(IdentitySettings { hash_threads: 1, ..IdentitySettings::default() })
    }

    pub fn with(settings: IdentitySettings) -> Self {
        let store = Arc::new(MemoryStore::default());
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2024-03-01T12:34:56.789Z").unwrap()));
        let identity = identity(&store, &clock, &[1], &settings, 0);
        Self { store, clock, settings, identity, servers: AtomicU64::new(1) }
    }

    /// Another server of the same service, with these keys.
    pub fn server_with_keys(&self, seeds: &[u64]) -> Identity {
        let number = self.servers.fetch_add(1, Ordering::SeqCst);
        identity(&self.store, &self.clock, seeds, &self.settings, number)
    }

    pub async fn account(&self, email: &str) -> SignedUp {
        self.identity.sign_up(sign_up(email)).await.unwrap()
    }

    pub async fn session(&self, email: &str) -> SignedIn {
        self.identity.sign_in(email, PASSWORD, "curl/8").await.unwrap()
    }
}

fn identity(
    store: &Arc<MemoryStore>,
    clock: &Arc<ManualClock>,
    seeds: &[u64],
    settings: &IdentitySettings,
    number: u64,
) -> Identity {
    // Each server draws from chance of its own, whatever its keys.
    let entropy = Arc::new(SeededEntropy::new(1000 + number));
    let ids = Arc::new(IdSource::new(&*entropy));
    Identity::new(Store::of(store.clone()), clock.clone(), entropy, ids, keys(seeds), settings)
}

pub fn sign_up(email: &str) -> SignUp {
    SignUp {
        email: Email::parse(email).unwrap(),
        password: NewPassword::parse(PASSWORD).unwrap(),
        firstname: PersonName::parse("Amina").unwrap(),
        lastname: PersonName::parse("").unwrap(),
    }
}

/// What a caller with these tokens is told.
pub async fn with_tokens(
    identity: &Identity,
    bearer: &str,
    refresh: Option<&str>,
) -> Result<Authenticated, AuthenticationError> {
    identity.authenticate(&Presented { bearer: Some(bearer), refresh, ..Presented::default() }).await
}

/// A fresh access token of the session that this refresh token is of.
pub async fn fresh(identity: &Identity, refresh: &str) -> String {
    let authenticated = with_tokens(identity, "garbage", Some(refresh)).await.unwrap();
    authenticated.fresh_access_token.unwrap().expose_secret().to_owned()
}
