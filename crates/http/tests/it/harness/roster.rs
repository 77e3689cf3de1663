//! The server under test: the real one, on a port of its own, with a clock that tests move.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use roster_domain::{
    Caller, Channel, ClientId, Clock, ContactName, IdSource, NewContact, Number, Timestamp, Transaction, UserId, ports,
};
use roster_http::{HttpSettings, Readiness, Services, serve};
use roster_identity::{Identity, IdentitySettings, KeyRing, SecretKey};
use roster_testkit::{ManualClock, SeededEntropy};
use roster_transfer::{ImportLimits, ImportWorkers, Importer, RunningWorkers};

use super::store::{Opened, RUNTIME};
use super::{Consumer, Faulty, Person, Store, secrets};

/// A running server. Stopped, and its store removed, when dropped.
pub struct Roster {
    /// What the server takes for the present.
    pub clock: Arc<ManualClock>,
    /// What the server asks before it calls itself ready.
    pub readiness: Readiness,
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    services: Services,
    workers: Mutex<Option<RunningWorkers>>,
    store: Opened,
}

/// Stands for the key of servers that nobody gave another.
pub const KEY: u64 = 7;

/// What a test wants otherwise than usual.
pub struct Setup {
    store: Store,
    http: HttpSettings,
    identity: IdentitySettings,
    ports: Box<dyn FnOnce(ports::Store) -> ports::Store>,
}

impl Roster {
    /// One with the usual settings.
    pub fn start(store: Store) -> Self {
        Self::setup(store).start()
    }

    /// One with other settings.
    pub fn setup(store: Store) -> Setup {
        let http = HttpSettings { workers: 2, ..HttpSettings::default() };
        let identity = IdentitySettings { hash_threads: 1, ..IdentitySettings::default() };
        Setup { store, http, identity, ports: Box::new(|ports| ports) }
    }

    /// One whose contacts fail on demand.
    pub fn faulty(store: Store, change: impl FnOnce(&mut HttpSettings)) -> (Self, Arc<Faulty>) {
        let faulty = Arc::new(Faulty::default());
        let contacts = faulty.clone();
        let roster = Self::setup(store).http(change).ports(|store| contacts.in_front_of(store)).start();
        (roster, faulty)
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The store's own ports, for what no call can bring about.
    pub fn ports(&self) -> ports::Store {
        self.store.ports()
    }

    /// From now on imports are worked on. Until then they wait.
    pub fn work_on_imports(&self) {
        let Services { store, ids, clock, entropy, wake, .. } = self.services.clone();
        let importer = Importer {
            runs: store.import_runs,
            jobs: store.imports,
            groups: store.groups,
            ids,
            clock,
            limits: ImportLimits::default(),
        };
        let workers = ImportWorkers { importer, entropy, wake }.start(RUNTIME.handle());
        let others = self.workers.lock().unwrap().replace(workers);
        assert!(others.is_none(), "they are worked on already");
    }

    /// Runs an act on a port to its end.
    pub fn act<T>(&self, act: impl Future<Output = T>) -> T {
        RUNTIME.block_on(act)
    }

    /// Makes so many contacts in the person's default client and group; their ids, newest first.
    pub fn fill(&self, person: &Person, contacts: usize) -> Vec<String> {
        let user = UserId::parse(&person.id).expect("an id");
        let client = ClientId::parse(&person.client.id).expect("an id");
        let scope = Caller::Client { user, client }.scope();
        let (port, ids) = (self.ports().contacts, IdSource::new(&SeededEntropy::new(contacts as u64)));
        let now = self.clock.now();
        let mut made: Vec<String> = self.act(async {
            let mut made = Vec::new();
            for number in 0..contacts {
                let contact = NewContact {
                    id: ids.next(now),
                    group_id: None,
                    name: ContactName::parse(&format!("Contact {number}")).expect("a name"),
                    number: Number::parse(&number.to_string()).expect("a number"),
                    channel: Channel::default(),
                    transaction: Transaction::default(),
                    created_at: now,
                    updated_at: now,
                    legacy_version: 0,
                };
                made.push(contact.id.to_string());
                port.create(&scope, contact).await.expect("a contact");
            }
            made
        });
        made.reverse();
        made
    }

    /// Another server on the same data, with the same keys and the same clock.
    pub fn another_server(&self) -> Self {
        self.another_server_with_keys(&[KEY])
    }

    /// Another server on the same data, with the keys that these numbers stand for.
    pub fn another_server_with_keys(&self, keys: &[u64]) -> Self {
        let setup = Self::setup(Store::Sqlite);
        let chance = keys.iter().sum::<u64>() + 100;
        run(self.store.again(), self.clock.clone(), chance, keys, setup.http, &setup.identity, setup.ports)
    }

    /// Somebody without any credentials.
    pub fn nobody(&self) -> Consumer {
        Consumer::of(self.address)
    }

    /// A new account, signed in.
    pub fn sign_up(&self, email: &str) -> Person {
        Person::sign_up(&self.nobody(), email)
    }

    /// The present as answers print it.
    pub fn now(&self) -> String {
        self.clock.now().to_string()
    }

    /// Moves the clock on.
    pub fn later_by_millis(&self, millis: i64) {
        self.clock.advance_millis(millis);
    }
}

impl Setup {
    /// Changes the server's settings.
    pub fn http(mut self, change: impl FnOnce(&mut HttpSettings)) -> Self {
        change(&mut self.http);
        self
    }

    /// Changes the settings of sign-up and sign-in.
    pub fn identity(mut self, change: impl FnOnce(&mut IdentitySettings)) -> Self {
        change(&mut self.identity);
        self
    }

    /// Puts something between the server and its store.
    pub fn ports(mut self, wrap: impl FnOnce(ports::Store) -> ports::Store + 'static) -> Self {
        self.ports = Box::new(wrap);
        self
    }

    /// Starts it.
    pub fn start(self) -> Roster {
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2024-05-06T07:08:09.123Z").expect("an instant")));
        run(self.store.open(), clock, 7, &[KEY], self.http, &self.identity, self.ports)
    }
}

/// Runs a server whose chance this seed stands for.
fn run(
    store: Opened,
    clock: Arc<ManualClock>,
    seed: u64,
    keys: &[u64],
    http: HttpSettings,
    identity: &IdentitySettings,
    wrap: Box<dyn FnOnce(ports::Store) -> ports::Store>,
) -> Roster {
    secrets::watch_the_log();
    let ports = wrap(store.ports());
    let entropy = Arc::new(SeededEntropy::new(seed));
    let ids = Arc::new(IdSource::new(&*entropy));
    let keys = keys.iter().map(|seed| SecretKey::generate(&SeededEntropy::new(*seed))).collect();
    let keys = KeyRing::new(keys).expect("a key");
    let identity = Identity::new(ports.clone(), clock.clone(), entropy.clone(), ids.clone(), keys.clone(), identity);
    let services = Services {
        store: ports,
        identity: Arc::new(identity),
        keys,
        clock: clock.clone(),
        ids,
        entropy,
        wake: Arc::default(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let readiness = Readiness::new();
    let (handles, running) = mpsc::channel();
    let (served, ready) = (services.clone(), readiness.clone());
    let thread = thread::spawn(move || {
        System::new().block_on(async move {
            let server = serve(vec![listener], served, http, ready).expect("the server starts");
            handles.send(server.handle()).expect("the test waits for it");
            server.await.expect("the server ends well");
        });
    });
    let handle = running.recv().expect("the server runs");
    let workers = Mutex::default();
    Roster { clock, readiness, address, handle, thread: Some(thread), services, workers, store }
}

impl Drop for Roster {
    fn drop(&mut self) {
        RUNTIME.block_on(self.handle.stop(false));
        if let Some(workers) = self.workers.get_mut().unwrap().take() {
            RUNTIME.block_on(workers.end());
        }
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "the server panicked");
        }
    }
}
