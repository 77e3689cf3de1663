//! A store in memory: of the ports what identity asks for, the rest fails.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use roster_domain::ports::{
    ClientRepository, ContactCreation, ContactRepository, ContactUpdate, Finders, GroupDeletion, GroupRepository,
    GroupUpdate, MatchingDeletion, Result, SessionRepository, StoreError, StoreHealth, UserRepository,
};
use roster_domain::{
    Account, Client, ClientCredential, ClientId, ClientSessionId, Contact, ContactChanges, ContactFilter, ContactGroup,
    ContactId, ContactsFate, EmailKey, GroupChanges, GroupId, Keyset, NewAccount, NewClient, NewContact, NewGroup,
    NewSession, Page, Scope, Session, SessionId, SignIn, Span, Timestamp, User, UserId,
};

#[derive(Default)]
pub struct MemoryStore {
    rows: Mutex<Rows>,
    /// How many acts read, and how many wrote.
    pub reads: AtomicUsize,
    pub writes: AtomicUsize,
    /// Addresses aren't found (as when they are taken between look-up and write).
    pub blind: AtomicBool,
    /// Users go between look-up and write.
    pub leaving: AtomicBool,
    /// Every act fails.
    pub down: AtomicBool,
}

#[derive(Default)]
pub struct Rows {
    pub accounts: Vec<NewAccount>,
    pub clients: Vec<(UserId, NewClient)>,
    pub sessions: HashMap<SessionId, Session>,
    /// Users whom finders don't find.
    pub disabled: Vec<UserId>,
}

impl MemoryStore {
    /// A look at what is stored, or a change behind identity's back.
    pub fn rows<T>(&self, look: impl FnOnce(&mut Rows) -> T) -> T {
        look(&mut self.rows.lock().unwrap())
    }

    fn read<T>(&self, look: impl FnOnce(&mut Rows) -> T) -> Result<T> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.act(look)
    }

    fn write<T>(&self, change: impl FnOnce(&mut Rows) -> T) -> Result<T> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        self.act(change)
    }

    fn act<T>(&self, act: impl FnOnce(&mut Rows) -> T) -> Result<T> {
        if self.down.load(Ordering::SeqCst) { Err(StoreError::unavailable("down")) } else { Ok(self.rows(act)) }
    }
}

fn stored(client: &NewClient, is_default: bool) -> Client {
    Client {
        id: client.id,
        name: client.name.clone(),
        is_default,
        session_id: client.session_id.clone(),
        region: client.region.clone(),
        created_at: client.created_at,
        updated_at: client.updated_at,
    }
}

#[async_trait]
impl Finders for MemoryStore {
    async fn sign_in(&self, email: &EmailKey) -> Result<Option<SignIn>> {
        if self.blind.load(Ordering::SeqCst) {
            return Ok(None);
        }
        if email.as_str().contains('\0') {
            return Err(StoreError::failed("no store of text takes NUL"));
        }
        self.read(|rows| {
            let found = rows.accounts.iter().find(|account| account.user.user.email.key() == *email)?;
            let user = found.user.user.id;
            let password_hash = found.user.password_hash.clone();
            (!rows.disabled.contains(&user)).then_some(SignIn { user, password_hash })
        })
    }

    async fn client_credential(&self, session_id: &ClientSessionId) -> Result<Option<ClientCredential>> {
        self.read(|rows| {
            let (user, found) = rows.clients.iter().find(|(_, client)| client.session_id == *session_id)?;
            let credential = ClientCredential { user: *user, client: found.id, token_hash: found.token_hash };
            (!rows.disabled.contains(user)).then_some(credential)
        })
    }

    async fn session(&self, user: UserId, id: SessionId) -> Result<Option<Session>> {
        self.read(|rows| {
            let found = rows.sessions.get(&id).filter(|session| session.user == user);
            found.filter(|_| !rows.disabled.contains(&user)).cloned()
        })
    }
}

#[async_trait]
impl UserRepository for MemoryStore {
    async fn create_account(&self, account: NewAccount) -> Result<Option<(User, Client)>> {
        self.write(|rows| {
            let user = account.user.user.clone();
            if rows.accounts.iter().any(|known| known.user.user.email.key() == user.email.key()) {
                return None;
            }
            rows.clients.push((user.id, account.client.clone()));
            let client = stored(&account.client, true);
            rows.accounts.push(account);
            Some((user, client))
        })
    }
}

#[async_trait]
impl SessionRepository for MemoryStore {
    async fn create(&self, session: NewSession) -> Result<bool> {
        self.write(|rows| {
            let there = !self.leaving.load(Ordering::SeqCst) && !rows.disabled.contains(&session.user);
            if there {
                rows.sessions.insert(session.id, session);
            }
            there
        })
    }
}

#[async_trait]
impl ClientRepository for MemoryStore {
    async fn create(&self, account: &Account, client: NewClient) -> Result<Option<Client>> {
        self.write(|rows| {
            let made = stored(&client, false);
            let there = !rows.disabled.contains(&account.user());
            there.then(|| rows.clients.push((account.user(), client))).map(|()| made)
        })
    }

    async fn page(&self, _: &Account, _: Keyset<ClientId>) -> Result<Page<Client>> {
        not_asked()
    }
}

fn not_asked<T>() -> Result<T> {
    Err(StoreError::failed("identity has no business here"))
}

#[async_trait]
impl ContactRepository for MemoryStore {
    async fn create(&self, _: &Scope, _: NewContact) -> Result<ContactCreation> {
        not_asked()
    }

    async fn get(&self, _: &Scope, _: ContactId) -> Result<Option<Contact>> {
        not_asked()
    }

    async fn page(&self, _: &Scope, _: Span, _: &ContactFilter, _: Keyset<ContactId>) -> Result<Page<Contact>> {
        not_asked()
    }

    async fn update(&self, _: &Scope, _: ContactId, _: ContactChanges, _: Timestamp) -> Result<ContactUpdate> {
        not_asked()
    }

    async fn delete(&self, _: &Scope, _: ContactId) -> Result<bool> {
        not_asked()
    }

    async fn delete_matching(&self, _: &Scope, _: Span, _: &ContactFilter, _: u64) -> Result<MatchingDeletion> {
        not_asked()
    }
}

#[async_trait]
impl GroupRepository for MemoryStore {
    async fn create(&self, _: &Scope, _: NewGroup) -> Result<Option<ContactGroup>> {
        not_asked()
    }

    async fn get(&self, _: &Scope, _: GroupId) -> Result<Option<ContactGroup>> {
        not_asked()
    }

    async fn page(&self, _: &Scope, _: Span, _: Keyset<GroupId>) -> Result<Page<ContactGroup>> {
        not_asked()
    }

    async fn update(&self, _: &Scope, _: GroupId, _: GroupChanges, _: Timestamp) -> Result<GroupUpdate> {
        not_asked()
    }

    async fn delete(&self, _: &Scope, _: GroupId, _: ContactsFate, _: Timestamp) -> Result<GroupDeletion> {
        not_asked()
    }
}

#[async_trait]
impl StoreHealth for MemoryStore {
    async fn check(&self) -> Result<()> {
        not_asked()
    }
}
