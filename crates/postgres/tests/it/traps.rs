//! Callers who leave and servers that vanish.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ContactCreation, ContactUpdate, Store, StoreError};
use roster_domain::{ContactChanges, GroupChanges, NewContact, NewGroup, Number};
use roster_postgres::{PostgresOptions, PostgresStore, migrations};
use roster_store_tests::Bench;
use roster_testkit::postgres::{Options, Server};
use sqlx::{Connection, Executor, PgConnection};

use crate::stored::{Stored, patient};

/// Polls it so many times, then drops it.
fn begin_and_leave<T>(call: impl Future<Output = T>, polls: usize) {
    let mut call = pin!(call);
    for _ in 0..polls {
        if let Poll::Ready(_answer) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return;
        }
    }
}

async fn count(connection: &mut PgConnection, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(connection).await.unwrap()
}

/// Asks until it counts so many. Bounded, so that what never comes is a failure and not a hang.
async fn until(connection: &mut PgConnection, statement: &'static str, expected: i64) {
    for _ in 0..200_000 {
        if count(connection, statement).await == expected {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("never {expected}: {statement}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_begun_is_finished_and_leaves_no_transaction_open() {
    let stored = Stored::fresh().await;
    let url = stored.database.url().to_owned();
    let bench = stored.bench();
    let ada = bench.account("ada@example.org").await;
    let mut witness = PgConnection::connect(&url).await.unwrap();

    for round in 0..60_i64 {
        let store = &bench.store;
        let polls = 1 + (round % 3) as usize;
        let group = NewGroup { is_default: round % 2 == 0, ..bench.new_group("Left") };
        let becomes_default = GroupChanges { is_default: Some(true), title: None };
        begin_and_leave(store.contacts.create(&ada.scope, bench.new_contact("2348000000001")), polls);
        begin_and_leave(store.groups.create(&ada.scope, group), polls);
        begin_and_leave(store.groups.update(&ada.scope, ada.group.id, becomes_default, Exists, bench.now()), polls);
        // A few at a time: they queue up for one row, and nobody waits for a lock for ever.
        if round % 4 == 3 {
            // Nobody waits for them, and yet they come.
            until(&mut witness, "SELECT count(*) FROM contacts", round + 1).await;
            until(&mut witness, "SELECT count(*) FROM contact_groups", round + 2).await;
        }
    }
    // What is answered afterwards is on disk: no connection was left in the middle of something.
    for _ in 0..30 {
        ada.contact("Late", "2348000000002").await;
    }
    assert_eq!(count(&mut witness, "SELECT count(*) FROM contacts").await, 90);
    assert_eq!(count(&mut witness, "SELECT count(*) FROM contact_groups WHERE is_default").await, 1);
    // The last answers came before their connections were back in the pool.
    let busy = "SELECT count(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";
    until(&mut witness, busy, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_nobody_lets_go_of_is_unavailable() {
    let hasty = PostgresOptions { lock_timeout: Duration::from_millis(100), ..patient() };
    let stored = Stored::with(&hasty).await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let bench = stored.bench();
    let ada = bench.account("ada@example.org").await;
    let contact = ada.contact("Held", "2348000000001").await;
    other.execute("BEGIN; SELECT FROM contacts FOR UPDATE").await.unwrap();

    let changes = ContactChanges { number: Number::parse("2348000000002").ok(), ..ContactChanges::default() };
    let update = || bench.store.contacts.update(&ada.scope, contact.id, changes.clone(), Exists, bench.now());
    let refused = update().await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(ada.get(contact.id).await, Some(contact.clone()), "readers don't wait, and nothing was written");
    other.execute("ROLLBACK").await.unwrap();
    assert!(matches!(update().await, Ok(ContactUpdate::Done(_))));
}

/// Until the server answers again; a connection that died unnoticed costs one call.
async fn after_a_while<T, F>(call: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, StoreError>>,
{
    for _ in 0..50 {
        match call().await {
            Ok(answer) => return answer,
            Err(StoreError::Unavailable(_)) => {}
            Err(defect) => panic!("{defect}"),
        }
    }
    panic!("the store never came back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_server_is_unavailable_and_comes_back() {
    let server = Server::start(Options { durable: true }).await;
    migrations::run(server.url()).await.unwrap();
    let store = PostgresStore::connect(server.url(), &PostgresOptions::default()).await.unwrap();
    let bench = Bench::new(Store::of(store), ());
    let ada = bench.account("ada@example.org").await;
    let kept = ada.contact("Kept", "2348000000001").await;

    server.kill_hard();
    let lost = bench.new_contact("2348000000002");
    for _ in 0..3 {
        let answer = bench.store.contacts.create(&ada.scope, lost.clone()).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        assert!(matches!(bench.store.health.check().await, Err(StoreError::Unavailable(_))));
    }
    let group = NewGroup { is_default: true, ..bench.new_group("Never") };
    assert!(matches!(bench.store.groups.create(&ada.scope, group).await, Err(StoreError::Unavailable(_))));

    server.restart().await;
    after_a_while(|| bench.store.health.check()).await;
    let found = after_a_while(|| bench.store.contacts.get(&ada.scope, kept.id)).await;
    assert_eq!(found, Some(kept));
    assert_eq!(after_a_while(|| bench.store.contacts.get(&ada.scope, lost.id)).await, None);
    let again = NewContact { ..lost };
    let made = after_a_while(|| bench.store.contacts.create(&ada.scope, again.clone())).await;
    assert!(matches!(made, ContactCreation::Done(_)), "{made:?}");
}
