//! What one server ends, the others hear of.

use std::time::Duration;

use roster_domain::Precondition::Exists;
use roster_domain::ports::{Due, EndTimes, Revocation, Store};
use roster_domain::{AuditEvent, NewCredentials, PasswordChange, TokenHash, UserChanges};
use roster_postgres::{MIGRATOR, PostgresOptions, PostgresStore, migrations};
use roster_store_tests::{Bench, Owner};
use roster_testkit::postgres::{Options, Server, database};
use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// What never comes is a failure and not a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a server hears.
struct Ear(UnboundedReceiver<Revocation>);

impl Ear {
    /// Of a server that listens by the time this comes back.
    async fn of(store: &Store) -> Self {
        let mut ear = Self::new(store);
        // What was ended before may have been anybody's.
        assert_eq!(ear.next().await, Revocation::Everybody);
        ear
    }

    fn new(store: &Store) -> Self {
        let (sender, receiver) = unbounded_channel();
        store.revocations.listen(Box::new(move |revocation| {
            let _ = sender.send(revocation);
        }));
        Self(receiver)
    }

    async fn next(&mut self) -> Revocation {
        timeout(PATIENCE, self.0.recv()).await.expect("in time").expect("the store listens")
    }

    async fn until(&mut self, expected: Revocation) {
        while self.next().await != expected {}
    }
}

async fn store(url: &str) -> Store {
    Store::of(PostgresStore::connect(url, &PostgresOptions::default()).await.unwrap())
}

/// Ends the account's sessions.
async fn end_all(store: &Store, owner: &Owner) {
    let entry = owner.bench.new_entry(AuditEvent::SessionsEnded, owner.user.id);
    store.sessions.end_all(&owner.account(), owner.bench.now(), entry).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_act_that_ends_something_is_heard_on_every_server() {
    let database = database(&MIGRATOR).await;
    let (one, other) = (store(database.url()).await, store(database.url()).await);
    let mut ears = [Ear::of(&one).await, Ear::of(&other).await];
    let bench = Bench::new(one.clone(), database);
    let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
    let (account, user) = (ada.account(), ada.user.id);
    let entry = |event| bench.new_entry(event, user);
    let (shop, _) = ada.client("Shop").await;
    let kept = ada.session().await;

    // Nobody hears of these.
    let hash = one.users.password_hash(&account).await.unwrap().unwrap();
    one.users.rehash(&account, &hash, "$same").await.unwrap();
    assert!(
        !one.sessions
            .end(&ada.account(), eve.session().await.id, bench.now(), entry(AuditEvent::SessionEnded))
            .await
            .unwrap()
    );
    one.operator.set_disabled(user, false, bench.now(), entry(AuditEvent::AccountEnabled)).await.unwrap();
    let now = bench.now();
    one.housekeeping
        .sweep(Due { counters: now, sessions: now, audit: now, imports: EndTimes { ended_at: now, expires_at: now } })
        .await
        .unwrap();

    // Each of these is heard of once, before the next.
    let session = ada.session().await;
    one.sessions.end(&account, session.id, bench.now(), entry(AuditEvent::SessionEnded)).await.unwrap();
    end_all(&one, &eve).await;
    let password = Some(PasswordChange { hash: "$new".to_owned(), keep: kept.id });
    let changes = UserChanges { password, ..UserChanges::default() };
    one.users.update(&account, changes, Some("$same"), Exists, bench.now(), Vec::new()).await.unwrap();
    end_all(&one, &eve).await;
    one.operator.set_password(user, "$newer", bench.now(), entry(AuditEvent::PasswordChanged)).await.unwrap();
    end_all(&one, &eve).await;
    let credentials =
        NewCredentials { session_id: bench.new_client("Shop").session_id, token_hash: TokenHash(bench.bytes()) };
    let replaced = entry(AuditEvent::CredentialsReplaced);
    one.clients.replace_credentials(&account, shop.id, credentials, bench.now(), replaced).await.unwrap().unwrap();
    end_all(&one, &eve).await;
    one.clients.delete(&account, shop.id, false, Exists, entry(AuditEvent::ClientDeleted)).await.unwrap();
    end_all(&one, &eve).await;
    one.operator.set_disabled(user, true, bench.now(), entry(AuditEvent::AccountDisabled)).await.unwrap();
    end_all(&one, &eve).await;
    one.operator.set_disabled(user, false, bench.now(), entry(AuditEvent::AccountEnabled)).await.unwrap();
    end_all(&one, &eve).await;
    let erased = bench.new_entry(AuditEvent::AccountErased, None);
    one.users.erase(&account, "$newer", Exists, bench.now(), erased).await.unwrap();

    for ear in &mut ears {
        for _ in 0..6 {
            assert_eq!(ear.next().await, Revocation::User(user));
            assert_eq!(ear.next().await, Revocation::User(eve.user.id));
        }
        assert_eq!(ear.next().await, Revocation::User(eve.user.id), "letting somebody in again ends nothing");
        assert_eq!(ear.next().await, Revocation::User(user));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_may_listen_over_one_connection() {
    let database = database(&MIGRATOR).await;
    let store = store(database.url()).await;
    let mut other = PgConnection::connect(database.url()).await.unwrap();
    let mut first = Ear::of(&store).await;
    let mut second = Ear::new(&store);
    let bench = Bench::new(store, database);
    let ada = bench.account("ada@example.org").await;
    end_all(&bench.store, &ada).await;
    for ear in [&mut first, &mut second] {
        assert_eq!(ear.next().await, Revocation::User(ada.user.id));
    }
    assert_eq!(listening(&mut other).await, 1);
}

async fn listening(connection: &mut PgConnection) -> i64 {
    let listening = "SELECT count(*) FROM pg_stat_activity \
                     WHERE datname = current_database() AND application_name = 'roster' AND query LIKE 'LISTEN%'";
    sqlx::query_scalar(listening).fetch_one(connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_is_made_anew_and_everybody_is_told() {
    let database = database(&MIGRATOR).await;
    let mut other = PgConnection::connect(database.url()).await.unwrap();
    let bench = Bench::new(store(database.url()).await, database);
    let ada = bench.account("ada@example.org").await;
    let mut ear = Ear::of(&bench.store).await;
    for _ in 0..3 {
        let ended = other
            .execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND application_name = 'roster' AND query LIKE 'LISTEN%'",
            )
            .await
            .unwrap();
        assert_eq!(ended.rows_affected(), 1);
        assert_eq!(ear.next().await, Revocation::Everybody);
        end_all(&bench.store, &ada).await;
        ear.until(Revocation::User(ada.user.id)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_server_is_heard_again_when_it_is_back() {
    let server = Server::start(Options { durable: true }).await;
    migrations::run(server.url()).await.unwrap();
    let listening = store(server.url()).await;
    let mut ear = Ear::of(&listening).await;
    server.kill_hard();
    server.restart().await;
    assert_eq!(ear.next().await, Revocation::Everybody);
    // Another store than the one whose pool is full of dead connections.
    let bench = Bench::new(store(server.url()).await, ());
    let ada = bench.account("ada@example.org").await;
    end_all(&bench.store, &ada).await;
    ear.until(Revocation::User(ada.user.id)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_store_hears_nothing_and_holds_no_connection() {
    let database = database(&MIGRATOR).await;
    let mut other = PgConnection::connect(database.url()).await.unwrap();
    let closed = PostgresStore::connect(database.url(), &PostgresOptions::default()).await.unwrap();
    let mut ear = Ear::of(&Store::of(closed.clone())).await;
    assert_eq!(listening(&mut other).await, 1);
    timeout(PATIENCE, closed.close()).await.expect("in time");
    // The server takes leave of a connection a moment after the client.
    while listening(&mut other).await > 0 {
        tokio::task::yield_now().await;
    }
    let bench = Bench::new(store(database.url()).await, database);
    let ada = bench.account("ada@example.org").await;
    end_all(&bench.store, &ada).await;
    assert!(ear.0.try_recv().is_err());
}
