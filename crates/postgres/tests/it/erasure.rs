//! What is left of an account goes, whatever else is going on.

use roster_domain::AuditEvent;
use roster_domain::Precondition::Exists;
use roster_domain::ports::{Store, StoreError, UserErasure};
use roster_postgres::{PostgresOptions, PostgresStore};
use roster_store_tests::{Bench, Owner};
use sqlx::{Connection, Executor, PgConnection};

use crate::import_plans::FILL_IMPORTS;
use crate::imports::{FILL_LARGE, large_rows};
use crate::races::waiting;
use crate::stored::Stored;

/// Erases the user as far as callers see.
async fn erase(owner: &Owner) {
    let bench = &owner.bench;
    let hash = bench.store.users.password_hash(&owner.account()).await.unwrap().unwrap();
    let entry = bench.new_entry(AuditEvent::AccountErased, None);
    let erasure = bench.store.users.erase(&owner.account(), &hash, Exists, bench.now(), entry).await.unwrap();
    assert_eq!(erasure, UserErasure::Done);
}

/// Erases to the end; in how many calls.
async fn erase_the_rest(store: Store) -> usize {
    let mut calls = 1;
    while store.housekeeping.erase_some().await.unwrap() {
        calls += 1;
        assert!(calls < 1_000, "it never ends");
    }
    calls
}

/// Fails unless all is gone but what the trail says of nobody.
async fn assert_nothing_is_left(other: &mut PgConnection, accounts: i64) {
    let left: Vec<(String, i64)> = sqlx::query_as(
        "SELECT 'users', count(*) FROM users UNION ALL SELECT 'user_emails', count(*) FROM user_emails \
         UNION ALL SELECT 'clients', count(*) FROM clients \
         UNION ALL SELECT 'client_credentials', count(*) FROM client_credentials \
         UNION ALL SELECT 'contact_groups', count(*) FROM contact_groups \
         UNION ALL SELECT 'contacts', count(*) FROM contacts UNION ALL SELECT 'sessions', count(*) FROM sessions \
         UNION ALL SELECT 'imports', count(*) FROM imports \
         UNION ALL SELECT 'import_pieces', count(*) FROM import_pieces \
         UNION ALL SELECT 'import_reports', count(*) FROM import_reports \
         UNION ALL SELECT 'import_changes', count(*) FROM import_changes \
         UNION ALL SELECT 'import_groups', count(*) FROM import_groups \
         UNION ALL SELECT 'import_drafts', count(*) FROM import_drafts \
         UNION ALL SELECT 'audit_entries', count(*) FROM audit_entries WHERE event <> 'account_erased'",
    )
    .fetch_all(&mut *other)
    .await
    .unwrap();
    assert_eq!(left.len(), 14);
    assert!(left.iter().all(|(_, rows)| *rows == 0), "{left:?}");
    let erased: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_entries").fetch_one(other).await.unwrap();
    assert_eq!(erased, accounts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_servers_at_once_leave_nothing() {
    let stored = Stored::fresh().await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let second = PostgresStore::connect(stored.database.url(), &PostgresOptions::default()).await.unwrap();
    let bench = stored.bench();
    let mut owners = Vec::new();
    for turn in 0..3 {
        let owner = bench.account(&format!("user-{turn}@example.org")).await;
        owners.push(owner.clone());
        owner.client("Shop").await;
        owner.session().await;
        owner.contact("Amina", "2348000000001").await;
    }
    other.execute(FILL_IMPORTS).await.unwrap();
    for owner in &owners {
        erase(owner).await;
    }
    tokio::join!(erase_the_rest(bench.store.clone()), erase_the_rest(Store::of(second)));
    assert_nothing_is_left(&mut other, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_on_its_way_goes_too() {
    let stored = Stored::fresh().await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let bench = stored.bench();
    let ada = bench.account("ada@example.org").await;
    let arrive = "BEGIN; \
                  INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, \
                                        updated_at, legacy_version, revision, number_kind, name_key, search_key) \
                  SELECT user_id, id, client_id, id, '', '2348000000001', 'whatsapp', 'epoch', 'epoch', 0, 0, 'other', '', '' \
                  FROM contact_groups";
    other.execute(arrive).await.unwrap();
    erase(&ada).await;
    let (store, late) = (bench.store.clone(), bench.new_entry(AuditEvent::SignInFailed, ada.user.id));
    let rest = waiting(&mut other, erase_the_rest(store)).await;
    other.execute("COMMIT").await.unwrap();
    rest.await.unwrap();
    assert_nothing_is_left(&mut other, 1).await;

    bench.store.audit.append(late).await.unwrap();
    let (of_nobody, of_ada): (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE user_id = decode(repeat('00', 12), 'hex')), \
                count(*) FILTER (WHERE user_id <> decode(repeat('00', 12), 'hex')) \
         FROM audit_entries WHERE event = 'sign_in_failed'",
    )
    .fetch_one(&mut other)
    .await
    .unwrap();
    assert_eq!((of_nobody, of_ada), (1, 0), "nothing comes after it under their name");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_rows_go_few_at_a_time() {
    let stored = Stored::fresh().await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let bench = stored.bench();
    let ada = bench.account("ada@example.org").await;
    ada.received().await;
    other.execute(FILL_LARGE).await.unwrap();
    erase(&ada).await;
    let mut left = vec![large_rows(&mut other).await];
    while bench.store.housekeeping.erase_some().await.unwrap() {
        left.push(large_rows(&mut other).await);
    }
    // Other kinds go in calls of their own.
    left.dedup();
    assert_eq!(left, [200, 136, 100, 36, 0]);
}

/// Somebody may have the address by the time the last of the account goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_taken_again_stays() {
    let stored = Stored::fresh().await;
    let bench: Bench = stored.bench();
    let ada = bench.account("ada@example.org").await;
    erase(&ada).await;
    let again = bench.account("ada@example.org").await;
    erase_the_rest(bench.store.clone()).await;
    let found = bench.store.finders.sign_in(&again.user.email.key()).await.unwrap();
    assert_eq!(found.map(|sign_in| sign_in.user), Some(again.user.id));
}

/// Something stands on the account that was erased first, of which Roster knows nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_cant_go_is_an_error_and_keeps_no_other_waiting() {
    let stored = Stored::fresh().await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let bench = stored.bench();
    let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
    other.execute("CREATE TABLE invoices (user_id bytea REFERENCES users (id))").await.unwrap();
    let stand = sqlx::query("INSERT INTO invoices VALUES ($1)").bind(ada.user.id.as_bytes().as_slice());
    stand.execute(&mut other).await.unwrap();
    for owner in [&ada, &eve] {
        erase(owner).await;
    }
    let mut calls = 0;
    let refused = loop {
        match bench.store.housekeeping.erase_some().await {
            Ok(true) => calls += 1,
            outcome => break outcome,
        }
        assert!(calls < 1_000, "it never ends");
    };
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    let left: Vec<Vec<u8>> = sqlx::query_scalar("SELECT id FROM users").fetch_all(&mut other).await.unwrap();
    assert_eq!(left, [ada.user.id.as_bytes()]);

    other.execute("DROP TABLE invoices").await.unwrap();
    erase_the_rest(bench.store.clone()).await;
    assert_nothing_is_left(&mut other, 2).await;
}
