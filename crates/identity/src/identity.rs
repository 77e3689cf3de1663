//! What all calls about identity share.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use roster_domain::ports::{Revocation, Store};
use roster_domain::{Account, AuditEntry, AuditEvent, AuditId, Clock, Entropy, IdSource, Origin, SessionId, UserId};

use crate::keys::KeyRing;
use crate::memory::Memory;
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
    pub(crate) memory: Arc<Memory>,
    pub(crate) access_ttl: Duration,
    pub(crate) session_ttl: Duration,
    registration: Registration,
}

impl Identity {
    /// Starts the hashing threads, and listens to what other servers revoke.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        ids: Arc<IdSource>,
        keys: KeyRing,
        settings: &IdentitySettings,
    ) -> Self {
        let memory = Arc::new(Memory::new());
        let heard = memory.clone();
        store.revocations.listen(Box::new(move |revocation| heard.revoke(revocation)));
        let passwords = Passwords::start(settings.hash_threads, entropy.clone());
        let IdentitySettings { access_ttl, session_ttl, registration, hash_threads: _ } = *settings;
        Self { store, clock, entropy, ids, keys, passwords, memory, access_ttl, session_ttl, registration }
    }

    /// Whether [`Identity::sign_up`] makes accounts at all.
    #[must_use]
    pub fn registration_open(&self) -> bool {
        self.registration == Registration::Open
    }
}

/// Who acts on an account: a user in a session of theirs, and from where.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The account.
    pub account: Account,
    /// The session.
    pub session: SessionId,
    /// From where.
    pub origin: Origin,
}

impl Identity {
    /// Forgets what is remembered of a user, of whom something was ended.
    pub(crate) fn revoke(&self, user: UserId) {
        self.memory.revoke(Revocation::User(user));
    }

    /// An entry about an account, made without a session.
    pub(crate) fn entry(&self, event: AuditEvent, user: Option<UserId>, origin: &Origin) -> AuditEntry {
        let at = self.clock.now();
        let id = AuditId::generate(at, &*self.entropy);
        AuditEntry { id, user, event, at, session: None, subject: None, origin: origin.clone() }
    }

    /// An entry about what somebody did to their own account.
    pub(crate) fn entry_of(&self, event: AuditEvent, actor: &Actor) -> AuditEntry {
        let entry = self.entry(event, Some(actor.account.user()), &actor.origin);
        AuditEntry { session: Some(actor.session), ..entry }
    }

    /// An entry about what somebody did to a thing of theirs.
    pub(crate) fn entry_on(&self, event: AuditEvent, subject: impl Display, actor: &Actor) -> AuditEntry {
        AuditEntry { subject: Some(subject.to_string()), ..self.entry_of(event, actor) }
    }
}

/// Whole milliseconds, as instants count them.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
