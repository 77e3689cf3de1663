//! What is remembered of sessions and credentials, so that a caller who was seen a moment ago costs the store nothing.
//!
//! Nothing is remembered for longer than [`LIFE`], and what was ended on this server, or heard of from another, is
//! forgotten at once. Only what was found is remembered, never that something wasn't.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use roster_domain::ports::Revocation;
use roster_domain::{ClientCredential, ClientSessionId, Session, SessionId, Timestamp, UserId};

/// How long, in milliseconds: what another server ended is over here within two seconds, even when nothing is heard of
/// it.
const LIFE: i64 = 1_500;

/// So many of each kind; of more, those that are used least are forgotten.
const ROOM: u64 = 50_000;

/// So many users who were revoked are told apart; of more, everybody's is forgotten.
const REVOKED: usize = 10_000;

/// Sessions and credentials that were read a moment ago.
pub(crate) struct Memory {
    sessions: Cache<(UserId, SessionId), Arc<Remembered<Session>>>,
    credentials: Cache<ClientSessionId, Arc<Remembered<ClientCredential>>>,
    /// Counts revocations.
    revocations: AtomicU64,
    revoked: RwLock<Revoked>,
}

/// Which revocation was the last of a user's, and of everybody's.
#[derive(Default)]
struct Revoked {
    users: HashMap<UserId, u64>,
    everybody: u64,
}

/// The moment at which something is read from the store.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    revocations: u64,
    at: Timestamp,
}

/// Something as it was at that moment.
pub(crate) struct Remembered<T> {
    pub(crate) value: T,
    moment: Moment,
    /// Whether somebody is noting its use already.
    pub(crate) being_noted: AtomicBool,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self { sessions: cache(), credentials: cache(), revocations: AtomicU64::new(0), revoked: RwLock::default() }
    }

    /// To be taken before the store is asked: what is revoked after it makes the answer worthless.
    pub(crate) fn moment(&self, at: Timestamp) -> Moment {
        Moment { revocations: self.revocations.load(Ordering::SeqCst), at }
    }

    pub(crate) fn session(&self, user: UserId, id: SessionId, now: Timestamp) -> Option<Arc<Remembered<Session>>> {
        self.sessions.get(&(user, id)).filter(|found| self.holds(found.moment, user, now))
    }

    pub(crate) fn remember_session(&self, session: Session, moment: Moment) -> Arc<Remembered<Session>> {
        let key = (session.user, session.id);
        let session = Arc::new(Remembered { value: session, moment, being_noted: AtomicBool::new(false) });
        self.sessions.insert(key, session.clone());
        session
    }

    /// The same session, changed by what was noted of it; not remembered for any longer.
    pub(crate) fn amend_session(&self, before: &Remembered<Session>, session: Session) {
        self.remember_session(session, before.moment);
    }

    pub(crate) fn forget_session(&self, user: UserId, id: SessionId) {
        self.sessions.remove(&(user, id));
    }

    pub(crate) fn credential(&self, id: &ClientSessionId, now: Timestamp) -> Option<ClientCredential> {
        let found = self.credentials.get(id)?;
        self.holds(found.moment, found.value.user, now).then(|| found.value.clone())
    }

    pub(crate) fn remember_credential(&self, id: ClientSessionId, credential: ClientCredential, moment: Moment) {
        let credential = Remembered { value: credential, moment, being_noted: AtomicBool::new(false) };
        self.credentials.insert(id, Arc::new(credential));
    }

    /// Forgets all that was read before now of this user, or of everybody.
    pub(crate) fn revoke(&self, revocation: Revocation) {
        let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
        let this = self.revocations.fetch_add(1, Ordering::SeqCst) + 1;
        match revocation {
            Revocation::User(user) if revoked.users.len() < REVOKED => {
                revoked.users.insert(user, this);
            }
            Revocation::User(_) | Revocation::Everybody => {
                revoked.users.clear();
                revoked.everybody = this;
            }
        }
    }

    fn holds(&self, moment: Moment, user: UserId, now: Timestamp) -> bool {
        // A clock that was set back makes it old, not young.
        let age = now.millis() - moment.at.millis();
        if !(0..LIFE).contains(&age) {
            return false;
        }
        let revoked = self.revoked.read().unwrap_or_else(PoisonError::into_inner);
        let last = revoked.users.get(&user).copied().unwrap_or(0).max(revoked.everybody);
        moment.revocations >= last
    }
}

fn cache<K: Eq + Hash, V: Clone>() -> Cache<K, V> {
    Cache::with_weighter(1_000, ROOM, UnitWeighter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::{ClientId, ObjectId, TokenHash};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn user(n: u8) -> UserId {
        UserId::from(ObjectId::from_bytes([n; 12]))
    }

    fn id(n: u8) -> ClientSessionId {
        ClientSessionId::from_stored(n.to_string())
    }

    fn remember(memory: &Memory, n: u8, moment: Moment) {
        let client = ClientId::from(ObjectId::from_bytes([n; 12]));
        let credential = ClientCredential { user: user(n), client, token_hash: TokenHash([n; 32]) };
        memory.remember_credential(id(n), credential, moment);
    }

    #[test]
    fn remembers_for_its_life_and_never_from_the_future() {
        let memory = Memory::new();
        remember(&memory, 1, memory.moment(NOW));
        for (age, there) in [(0, true), (LIFE - 1, true), (LIFE, false), (-1, false)] {
            assert_eq!(memory.credential(&id(1), NOW.plus_millis(age)).is_some(), there, "{age}");
        }
    }

    #[test]
    fn a_revocation_forgets_its_user_and_nobody_else() {
        let memory = Memory::new();
        let moment = memory.moment(NOW);
        remember(&memory, 1, moment);
        remember(&memory, 2, moment);
        memory.revoke(Revocation::User(user(1)));
        assert!(memory.credential(&id(1), NOW).is_none());
        assert!(memory.credential(&id(2), NOW).is_some());
        memory.revoke(Revocation::Everybody);
        assert!(memory.credential(&id(2), NOW).is_none());
        remember(&memory, 1, memory.moment(NOW));
        assert!(memory.credential(&id(1), NOW).is_some());
    }

    #[test]
    fn what_was_being_read_when_it_was_revoked_is_not_remembered() {
        let memory = Memory::new();
        let moment = memory.moment(NOW);
        memory.revoke(Revocation::User(user(1)));
        remember(&memory, 1, moment);
        assert!(memory.credential(&id(1), NOW).is_none());
    }

    #[test]
    fn more_revocations_than_are_told_apart_forget_everybody() {
        let memory = Memory::new();
        remember(&memory, 1, memory.moment(NOW));
        for n in 0..=REVOKED as u64 {
            let mut bytes = [0xff; 12];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            memory.revoke(Revocation::User(UserId::from(ObjectId::from_bytes(bytes))));
        }
        assert!(memory.credential(&id(1), NOW).is_none());
    }
}
