//! Everything around identity, with time and chance in the test's hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use roster_domain::ports::Store;
use roster_domain::{
    AuditEntry, AuditEvent, Caller, Email, IdSource, NewPassword, Origin, PersonName, Timestamp, UserId,
};
use roster_identity::{
    Actor, Authenticated, AuthenticationError, Identity, IdentitySettings, KeyRing, Presented, SecretKey, SignUp,
    SignedIn, SignedUp,
};
use roster_testkit::{ManualClock, SeededEntropy};
use secrecy::ExposeSecret;

use crate::store::MemoryStore;

pub const PASSWORD: &str = "correct horse battery";

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

pub struct World {
    pub store: Arc<MemoryStore>,
    pub clock: Arc<ManualClock>,
    pub settings: IdentitySettings,
    pub identity: Arc<Identity>,
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
        Self::made(settings, &[1])
    }

    /// A world in which everything is drawn and named as in any other, but for its keys.
    pub fn with_keys(seeds: &[u64]) -> Self {
        Self::made(IdentitySettings { hash_threads: 1, ..IdentitySettings::default() }, seeds)
    }

    fn made(settings: IdentitySettings, seeds: &[u64]) -> Self {
        let store = Arc::new(MemoryStore::default());
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2024-03-01T12:34:56.789Z").unwrap()));
        let identity = Arc::new(identity(&store, &clock, seeds, &settings, 0));
        Self { store, clock, settings, identity, servers: AtomicU64::new(1) }
    }

    /// Another server of the same service, with these keys.
    pub fn server_with_keys(&self, seeds: &[u64]) -> Identity {
        let number = self.servers.fetch_add(1, Ordering::SeqCst);
        identity(&self.store, &self.clock, seeds, &self.settings, number)
    }

    pub async fn account(&self, email: &str) -> SignedUp {
        self.identity.sign_up(sign_up(email), &home()).await.unwrap()
    }

    /// An account whose password costs next to nothing to verify, for tests that guess often.
    pub async fn cheap_account(&self, email: &str) -> SignedUp {
        let made = self.account(email).await;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        let hash = argon2.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).unwrap().to_string();
        self.store.rows(|rows| rows.set_password_hash(made.user.id, &hash));
        made
    }

    pub async fn session(&self, email: &str) -> SignedIn {
        self.identity.sign_in(email, PASSWORD, "curl/8", &home()).await.unwrap()
    }

    /// The entries about an event.
    pub fn entries(&self, event: AuditEvent) -> Vec<AuditEntry> {
        self.store.rows(|rows| rows.trail.iter().filter(|entry| entry.event == event).cloned().collect())
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

/// From this address, with a request's id.
pub fn from(address: &str) -> Origin {
    Origin { address: Some(address.parse().unwrap()), request_id: Some(format!("request from {address}")) }
}

/// From where calls come unless they say otherwise.
pub fn home() -> Origin {
    from("192.0.2.1")
}

pub fn sign_up(email: &str) -> SignUp {
    SignUp {
        email: Email::parse(email).unwrap(),
        password: NewPassword::parse(PASSWORD).unwrap(),
        firstname: PersonName::parse("Amina").unwrap(),
        lastname: PersonName::parse("").unwrap(),
    }
}

/// The user in that session, at home.
pub fn actor(user: UserId, session: &SignedIn) -> Actor {
    let caller = Caller::User { user, session: session.session, client: None };
    Actor { account: caller.account().unwrap(), session: session.session, origin: home() }
}

/// What a caller with these tokens is told.
pub async fn with_tokens(
    identity: &Identity,
    bearer: &str,
    refresh: Option<&str>,
) -> Result<Authenticated, AuthenticationError> {
    identity.authenticate(&Presented { bearer: Some(bearer), refresh, ..Presented::default() }).await
}

/// What a caller with a client's credentials is told.
pub async fn with_credentials(
    identity: &Identity,
    session_id: &str,
    token: &str,
) -> Result<Authenticated, AuthenticationError> {
    let presented = Presented { client_session: Some(session_id), client_token: Some(token), ..Presented::default() };
    identity.authenticate(&presented).await
}

/// Whether the session's access token is good.
pub async fn is_let_in(identity: &Identity, session: &SignedIn) -> bool {
    let answer = with_tokens(identity, session.access_token.expose_secret(), None).await;
    assert!(matches!(answer, Ok(_) | Err(AuthenticationError::Unauthenticated { token_sent: true })), "{answer:?}");
    answer.is_ok()
}

/// What the session's refresh token is answered.
pub async fn refreshed(identity: &Identity, session: &SignedIn) -> Result<SignedIn, AuthenticationError> {
    identity.refresh(session.refresh_token.expose_secret(), &home()).await
}

/// As [`refreshed`], where the token must not be good.
pub async fn assert_not_refreshed(identity: &Identity, session: &SignedIn) {
    let answer = refreshed(identity, session).await;
    assert!(matches!(answer, Err(AuthenticationError::Unauthenticated { token_sent: true })), "{answer:?}");
}

/// A fresh access token of the session that this refresh token is of.
pub async fn fresh(identity: &Identity, refresh: &str) -> String {
    let authenticated = with_tokens(identity, "garbage", Some(refresh)).await.unwrap();
    authenticated.fresh_access_token.unwrap().expose_secret().to_owned()
}
