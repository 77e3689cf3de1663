//! What a snapshot holds of the pool, and for how long.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use roster_domain::ports::{ContactSnapshot, StoreError};
use roster_domain::{ContactFilter, SearchQuery, Span};
use roster_postgres::PostgresOptions;
use roster_store_tests::Owner;
use sqlx::{Connection, Executor, PgConnection};

use crate::stored::{Stored, patient};

async fn begin(owner: &Owner, filter: &ContactFilter) -> Result<Box<dyn ContactSnapshot>, StoreError> {
    owner.bench.store.snapshots.snapshot(&owner.scope, Span::AllClients, filter).await
}

fn searching() -> ContactFilter {
    ContactFilter { search: Some(SearchQuery::parse("amina").unwrap()), ..ContactFilter::default() }
}

/// Amina, so often that a snapshot isn't read to its end ahead of whoever takes it.
async fn a_long_list(owner: &Owner, witness: &mut PgConnection) {
    owner.contact("Amina", "2348000000001").await;
    let again = "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, \
                     legacy_version, revision, number_kind, e164, name_key, search_key) \
                 SELECT user_id, decode(lpad(to_hex(n), 24, '0'), 'hex'), client_id, group_id, name, number, channel, \
                     created_at, updated_at, legacy_version, revision, number_kind, e164, name_key, search_key \
                 FROM contacts, generate_series(1, 20000) n";
    witness.execute(again).await.unwrap();
}

/// How many of the store's connections are in a transaction.
async fn in_transactions(witness: &mut PgConnection) -> i64 {
    let statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                     AND pid <> pg_backend_pid() AND state <> 'idle'";
    sqlx::query_scalar(statement).fetch_one(witness).await.unwrap()
}

/// Bounded, so that what never comes is a failure and not a hang.
async fn until_none_is_in_a_transaction(witness: &mut PgConnection) {
    for _ in 0..200_000 {
        if in_transactions(witness).await == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("a connection stays in a transaction");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_dropped_leaves_no_transaction_open() {
    let stored = Stored::with(&PostgresOptions { pool_size: 1, ..patient() }).await;
    let mut witness = PgConnection::connect(stored.database.url()).await.unwrap();
    let bench = stored.bench();
    let owner = bench.account("ada@example.org").await;
    a_long_list(&owner, &mut witness).await;

    for filter in [ContactFilter::default(), searching()] {
        let snapshot = begin(&owner, &filter).await.unwrap();
        assert_eq!(in_transactions(&mut witness).await, 1);
        drop(snapshot);
        until_none_is_in_a_transaction(&mut witness).await;
        for polls in 0..20 {
            let mut begun = pin!(begin(&owner, &filter));
            for _ in 0..polls {
                let is_ready = poll_fn(|context| Poll::Ready(begun.as_mut().poll(context).is_ready())).await;
                if is_ready {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        // Over the only connection there is.
        let group = owner.group("Friends").await;
        assert_eq!(owner.get_group(group.id).await, Some(group));
        until_none_is_in_a_transaction(&mut witness).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_ends_it() {
    let stored = Stored::fresh().await;
    let mut witness = PgConnection::connect(stored.database.url()).await.unwrap();
    let store = stored.store.clone();
    let bench = stored.bench();
    let owner = bench.account("ada@example.org").await;
    a_long_list(&owner, &mut witness).await;
    let mut snapshot = begin(&owner, &ContactFilter::default()).await.unwrap();

    store.close().await;
    until_none_is_in_a_transaction(&mut witness).await;
    let end = loop {
        match snapshot.next().await {
            Ok(page) => assert!(!page.is_empty(), "it must not look whole"),
            Err(error) => break error,
        }
    };
    assert!(matches!(end, StoreError::Unavailable(_)), "{end}");
    assert!(matches!(begin(&owner, &ContactFilter::default()).await, Err(StoreError::Unavailable(_))));
}
