//! A store in memory: of the ports what identity asks for, as they promise it; the rest fails.

mod attempts;
mod clients;
mod finders;
mod operator;
mod sessions;
mod trail;
mod unasked;
mod users;

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use roster_domain::ports::{Result, Revocation, StoreError};
use roster_domain::{AuditEntry, ClientId, CounterKey, NewAccount, NewClient, Session, SessionId, Timestamp, UserId};

pub use attempts::Counter;

type Heard = Box<dyn Fn(Revocation) + Send + Sync>;
type Interference = Box<dyn FnOnce(&mut Rows) + Send>;

#[derive(Default)]
pub struct MemoryStore {
    rows: Mutex<Rows>,
    /// How many acts read, and how many wrote.
    pub reads: AtomicUsize,
    pub writes: AtomicUsize,
    /// Which, in their order.
    acts: Mutex<Vec<&'static str>>,
    /// Addresses aren't found (as when they are taken between look-up and write).
    pub blind: AtomicBool,
    /// Users go between look-up and write.
    pub leaving: AtomicBool,
    /// Every act fails.
    pub down: AtomicBool,
    /// Acts of these names fail.
    pub failing: Mutex<Vec<&'static str>>,
    meanwhile: Mutex<Vec<(&'static str, Interference)>>,
    listeners: Mutex<Vec<Heard>>,
}

#[derive(Default)]
pub struct Rows {
    pub accounts: Vec<NewAccount>,
    pub clients: Vec<OwnedClient>,
    pub sessions: HashMap<SessionId, Session>,
    pub ended: HashSet<SessionId>,
    pub disabled: Vec<UserId>,
    pub counters: HashMap<CounterKey, Counter>,
    /// The audit trail, in the order in which it was written.
    pub trail: Vec<AuditEntry>,
}

/// A client with what the store knows beside it.
#[derive(Clone, Debug)]
pub struct OwnedClient {
    pub owner: UserId,
    pub is_default: bool,
    pub client: NewClient,
}

impl MemoryStore {
    /// A look at what is stored, or a change behind identity's back.
    pub fn rows<T>(&self, look: impl FnOnce(&mut Rows) -> T) -> T {
        look(&mut self.rows.lock().unwrap())
    }

    /// How many acts have read and written.
    pub fn cost(&self) -> (usize, usize) {
        (self.reads.load(Ordering::SeqCst), self.writes.load(Ordering::SeqCst))
    }

    /// The acts since this was last asked.
    pub fn new_acts(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.acts.lock().unwrap())
    }

    /// What somebody else does just before the next act of this name.
    pub fn meanwhile(&self, act: &'static str, change: impl FnOnce(&mut Rows) + Send + 'static) {
        self.meanwhile.lock().unwrap().push((act, Box::new(change)));
    }

    /// Lets every server hear of it.
    pub fn hear(&self, revocation: Revocation) {
        for heard in self.listeners.lock().unwrap().iter() {
            heard(revocation);
        }
    }

    async fn read<T>(&self, name: &'static str, look: impl FnOnce(&mut Rows) -> T) -> Result<T> {
        self.act(&self.reads, name, look).await
    }

    async fn write<T>(&self, name: &'static str, change: impl FnOnce(&mut Rows) -> T) -> Result<T> {
        self.act(&self.writes, name, change).await
    }

    async fn act<T>(&self, kind: &AtomicUsize, name: &'static str, act: impl FnOnce(&mut Rows) -> T) -> Result<T> {
        // Others come between two acts of one caller.
        tokio::task::yield_now().await;
        kind.fetch_add(1, Ordering::SeqCst);
        self.acts.lock().unwrap().push(name);
        if self.down.load(Ordering::SeqCst) || self.failing.lock().unwrap().contains(&name) {
            return Err(StoreError::unavailable("down"));
        }
        let before: Vec<_> = self.meanwhile.lock().unwrap().extract_if(.., |(awaited, _)| *awaited == name).collect();
        Ok(self.rows(|rows| {
            before.into_iter().for_each(|(_, change)| change(rows));
            act(rows)
        }))
    }
}

impl Rows {
    fn password_hash(&self, user: UserId) -> Option<&str> {
        let account = self.accounts.iter().find(|account| account.user.user.id == user)?;
        Some(&account.user.password_hash)
    }

    /// Whether there is such a user, who isn't disabled.
    fn serves(&self, user: UserId) -> bool {
        self.accounts.iter().any(|account| account.user.user.id == user) && !self.disabled.contains(&user)
    }

    fn account(&mut self, user: UserId) -> Option<&mut NewAccount> {
        self.accounts.iter_mut().find(|account| account.user.user.id == user)
    }

    fn served(&mut self, user: UserId) -> Option<&mut NewAccount> {
        if self.serves(user) { self.account(user) } else { None }
    }

    fn client(&mut self, owner: UserId, id: ClientId) -> Option<&mut OwnedClient> {
        self.clients.iter_mut().find(|client| client.owner == owner && client.client.id == id)
    }

    fn lives(&self, session: &Session, at: Timestamp) -> bool {
        !self.ended.contains(&session.id) && at < session.expires_at
    }

    /// Ends those sessions of the user that live, and are to end; how many.
    fn end(&mut self, user: UserId, at: Timestamp, which: impl Fn(SessionId) -> bool) -> u64 {
        let lives = |session: &&Session| session.user == user && which(session.id) && self.lives(session, at);
        let ending: Vec<SessionId> = self.sessions.values().filter(lives).map(|session| session.id).collect();
        for id in &ending {
            if let Some(session) = self.sessions.get_mut(id) {
                session.expires_at = session.expires_at.min(at);
            }
        }
        self.ended.extend(&ending);
        ending.len() as u64
    }

    /// The hash of a user's password, to be changed behind identity's back.
    pub fn set_password_hash(&mut self, user: UserId, hash: &str) {
        hash.clone_into(&mut self.account(user).unwrap().user.password_hash);
    }

    /// What the counters of an attempt have counted, all together.
    pub fn counted(&self) -> u32 {
        self.counters.values().map(|counter| counter.count).sum()
    }
}
