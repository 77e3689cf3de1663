//! What a behaviour gets.

use std::any::Any;
use std::sync::Arc;

use roster_domain::ports::Store;
use roster_domain::{
    AuditEntry, AuditEvent, AuditId, Channel, ClientName, ClientSessionId, Clock, ContactName, Email, Entropy,
    GroupTitle, IdSource, NewAccount, NewClient, NewContact, NewGroup, NewSession, NewUser, Number, ObjectId, Origin,
    PersonName, SessionId, SessionSecret, Timestamp, TokenHash, Transaction, User, UserId,
};
use roster_testkit::{ManualClock, SeededEntropy};

use crate::Owner;

/// An empty store, and the time, chance and ids to fill it with. Copies share all of it.
#[derive(Clone)]
pub struct Bench {
    /// The store on trial.
    pub store: Store,
    /// Stands still until a behaviour moves it.
    pub clock: Arc<ManualClock>,
    /// The same in every run.
    pub entropy: Arc<SeededEntropy>,
    /// Makes ids that rise.
    pub ids: Arc<IdSource>,
    /// Behind the store, so that it is dropped after it.
    _keeper: Arc<dyn Any + Send + Sync>,
}

impl Bench {
    /// A bench around an empty, migrated store. The keeper is whatever must outlive it: a database, a folder.
    pub fn new(store: Store, keeper: impl Send + Sync + 'static) -> Self {
        let entropy = Arc::new(SeededEntropy::new(0x0520_1971));
        let ids = Arc::new(IdSource::new(entropy.as_ref()));
        // The odd milliseconds show whether they are kept.
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2024-05-17T08:30:15.007Z").unwrap()));
        Self { store, clock, entropy, ids, _keeper: Arc::new(keeper) }
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock on by a second and a millisecond, and says what it shows then.
    #[must_use]
    pub fn later(&self) -> Timestamp {
        self.clock.advance_millis(1_001);
        self.now()
    }

    /// An id that was never given out: of a new thing, or of nothing.
    #[must_use]
    pub fn id<Id: From<ObjectId>>(&self) -> Id {
        self.ids.next(self.now())
    }

    /// So many random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A contact to be made, without a name, of this instant, in whichever group is the default.
    #[must_use]
    pub fn new_contact(&self, number: &str) -> NewContact {
        NewContact {
            id: self.id(),
            group_id: None,
            name: ContactName::parse("").unwrap(),
            number: Number::parse(number).unwrap(),
            channel: Channel::default(),
            transaction: Transaction::default(),
            created_at: self.now(),
            updated_at: self.now(),
            legacy_version: 0,
        }
    }

    /// A group to be made, not as the default, of this instant.
    #[must_use]
    pub fn new_group(&self, title: &str) -> NewGroup {
        NewGroup {
            id: self.id(),
            title: GroupTitle::parse(title).unwrap(),
            is_default: false,
            created_at: self.now(),
            updated_at: self.now(),
            legacy_version: 0,
        }
    }

    /// A client to be made, of this instant, with credentials of its own.
    #[must_use]
    pub fn new_client(&self, name: &str) -> NewClient {
        NewClient {
            id: self.id(),
            name: ClientName::parse(name).unwrap(),
            session_id: ClientSessionId::parse(&format!("session-{}", self.id::<ObjectId>())).unwrap(),
            token_hash: TokenHash(self.bytes()),
            region: None,
            created_at: self.now(),
            updated_at: self.now(),
            group: self.new_group("Everyone"),
        }
    }

    /// An account to be made, of this instant.
    #[must_use]
    pub fn new_account(&self, email: &str) -> NewAccount {
        NewAccount {
            user: NewUser {
                user: User {
                    id: self.id(),
                    email: Email::parse(email).unwrap(),
                    firstname: PersonName::parse("").unwrap(),
                    lastname: PersonName::parse("").unwrap(),
                    created_at: self.now(),
                    updated_at: self.now(),
                    revision: 0,
                },
                password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA".to_owned(),
            },
            client: self.new_client("Main"),
        }
    }

    /// A session to be begun, of this instant, that lives for a minute.
    #[must_use]
    pub fn new_session(&self, user: UserId) -> NewSession {
        NewSession {
            id: SessionId::generate(self.now(), self.entropy.as_ref()),
            user,
            user_agent: "Browser/1.0".to_owned(),
            created_at: self.now(),
            last_used_at: self.now(),
            expires_at: self.now().plus_millis(60_000),
            secret: SessionSecret {
                counter: 0,
                nonce: self.bytes(),
                key_id: self.bytes(),
                token_hash: TokenHash(self.bytes()),
                previous_token_hash: None,
                rotated_at: self.now(),
                pair_used: false,
            },
        }
    }

    /// An entry of the audit trail, of this instant, without more than it must have.
    #[must_use]
    pub fn new_entry(&self, event: AuditEvent, user: impl Into<Option<UserId>>) -> AuditEntry {
        AuditEntry {
            id: AuditId::generate(self.now(), self.entropy.as_ref()),
            user: user.into(),
            event,
            at: self.now(),
            session: None,
            subject: None,
            origin: Origin::default(),
        }
    }

    /// Somebody with this address, a default client and its default group.
    pub async fn account(&self, email: &str) -> Owner {
        let account = self.new_account(email);
        let group = account.client.group.id;
        let entry = self.new_entry(AuditEvent::AccountCreated, account.user.user.id);
        let made = self.store.users.create_account(account, entry).await.unwrap();
        let (user, client) = made.expect("nobody has that address yet");
        Owner::new(self.clone(), user, client, group).await
    }
}
