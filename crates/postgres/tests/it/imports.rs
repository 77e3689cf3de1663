//! Imports while somebody else holds what they need.

use std::time::Duration;

use roster_domain::ports::{Beginning, Begun, Receiving, Worked};
use roster_domain::{ImportState, NewImport, Operation};
use roster_postgres::PostgresOptions;
use roster_store_tests::Owner;
use roster_store_tests::importing::{LEASE_MILLIS, PLENTY, due};
use sqlx::{Connection, Executor, PgConnection};

use crate::races::{scene, waiting};
use crate::stored::{Stored, patient};

fn create(owner: &Owner, number: &str) -> Operation {
    Operation::Create(owner.bench.new_contact(number))
}

/// It would wait until the test is given up: so long is the patience here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_waits_for_no_contact() {
    let (bench, ada, mut other) = scene().await;
    let there = ada.contact("Amina", "2348000000001").await;
    let claim = ada.begun(Beginning::New(NewImport { is_dry_run: true, ..bench.new_import() })).await;
    other.execute("BEGIN; SELECT id FROM contacts FOR UPDATE").await.unwrap();
    let mut new = bench.new_contact("1");
    new.id = there.id;
    bench.worked(&claim, vec![Operation::Create(new)]).await;
    other.execute("ROLLBACK").await.unwrap();
}

/// It holds the client for as long as a batch does, and waits for it as long.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_waits_longer_than_single_acts_wait_for_locks() {
    let options = PostgresOptions { lock_timeout: Duration::from_millis(1), ..patient() };
    let stored = Stored::with(&options).await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let bench = stored.bench();
    let ada = bench.account("ada@example.org").await;
    let claim = ada.begun(Beginning::New(bench.new_import())).await;
    other.execute("BEGIN; SELECT id FROM clients FOR NO KEY UPDATE").await.unwrap();
    let rows = vec![create(&ada, "1")];
    let worked = waiting(&mut other, async move { bench.worked(&claim, rows).await }).await;
    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(worked.await.unwrap().len(), 1);
}

/// Cancelled while a step of it is under way: nothing of the step is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_is_overtaken_leaves_nothing() {
    let (bench, ada, mut other) = scene().await;
    let claim = ada.begun(Beginning::New(bench.new_import())).await;
    other
        .execute("BEGIN; UPDATE imports SET state = 'cancelled', lease_holder = NULL, lease_until = NULL")
        .await
        .unwrap();
    let rows = vec![create(&ada, "1")];
    let worked = waiting(&mut other, async move { bench.step(&claim, rows).await }).await;
    other.execute("COMMIT").await.unwrap();
    assert_eq!(worked.await.unwrap(), Worked::Lost);
    assert!(ada.dump().await.contacts.is_empty());
    let (changes, reports): (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM import_changes), (SELECT count(*) FROM import_reports)")
            .fetch_one(&mut other)
            .await
            .unwrap();
    assert_eq!((changes, reports), (0, 0));
}

/// A client that has nothing but its default group.
const DELETE_SHOP: &str = "
DELETE FROM contact_groups g USING clients c WHERE g.client_id = c.id AND c.name = 'Shop';
DELETE FROM client_credentials k USING clients c WHERE k.client_id = c.id AND c.name = 'Shop';
DELETE FROM clients WHERE name = 'Shop';
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_meets_the_deletion_of_its_client() {
    let (bench, ada, mut other) = scene().await;
    let (shop, _) = ada.client("Shop").await;
    let scope = ada.only(shop.id);
    other.execute("BEGIN").await.unwrap();
    other.execute(DELETE_SHOP).await.unwrap();
    let (imports, new, until) = (bench.store.imports.clone(), bench.new_import(), bench.lease());
    let received = waiting(&mut other, async move { imports.receive(&scope, new, PLENTY, until).await }).await;
    let (imports, new) = (bench.store.imports.clone(), Beginning::New(bench.new_import()));
    let begun = tokio::spawn(async move { imports.begin(&scope, new, until).await });
    other.execute("COMMIT").await.unwrap();
    assert_eq!(received.await.unwrap().unwrap(), Receiving::ClientGone);
    assert_eq!(begun.await.unwrap().unwrap(), Begun::Absent);
}

/// As a server of before would leave it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_client_is_gone_is_nobodys_turn() {
    let (bench, ada, mut other) = scene().await;
    let (shop, _) = ada.client("Shop").await;
    let received = ada.receive(&ada.only(shop.id), bench.new_import(), PLENTY).await;
    let Receiving::Begun(import) = received else { panic!("{received:?}") };
    bench.store.imports.submit(&ada.scope, import.id).await.unwrap().unwrap();
    other.execute(DELETE_SHOP).await.unwrap();
    assert_eq!(bench.claim().await, None);
    assert_eq!(ada.import(import.id).await, None);
}

/// What somebody is at this moment working on is passed over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sweeping_waits_for_nobody() {
    let (bench, ada, mut other) = scene().await;
    let claim = ada.begun(Beginning::New(bench.new_import())).await;
    other.execute("BEGIN; SELECT id FROM imports FOR UPDATE").await.unwrap();
    bench.clock.advance_millis(LEASE_MILLIS);
    let sweep = async || while bench.store.housekeeping.sweep(due(bench.now(), &bench)).await.unwrap() {};
    sweep().await;
    assert_eq!(ada.state(claim.import.id).await, ImportState::Running);
    other.execute("ROLLBACK").await.unwrap();
    sweep().await;
    assert_eq!(ada.state(claim.import.id).await, ImportState::Failed);
}

/// More pieces of each import's file, and parts of its report, than go at once.
pub const FILL_LARGE: &str = "
INSERT INTO import_pieces SELECT user_id, id, n, '' FROM imports, generate_series(0, 99) n;
INSERT INTO import_reports SELECT user_id, id, n, '' FROM imports, generate_series(0, 99) n;
";

/// So many of them there are, everybody's.
pub async fn large_rows(other: &mut PgConnection) -> i64 {
    let count = "SELECT (SELECT count(*) FROM import_pieces) + (SELECT count(*) FROM import_reports)";
    sqlx::query_scalar(count).fetch_one(other).await.unwrap()
}

/// Neither a large file nor a long report is removed in one long transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_rows_go_few_at_a_time() {
    let (bench, ada, mut other) = scene().await;
    let import = ada.received().await;
    other.execute(FILL_LARGE).await.unwrap();
    bench.store.imports.give_up(&ada.scope, import.id).await.unwrap();
    let mut left = vec![large_rows(&mut other).await];
    while bench.store.housekeeping.sweep(due(bench.now(), &bench)).await.unwrap() {
        left.push(large_rows(&mut other).await);
    }
    assert_eq!((left, large_rows(&mut other).await), (vec![200, 72], 0));
}
