//! Imports while somebody else holds what they need.

use std::time::Duration;

use roster_domain::ports::{Beginning, Begun, Due, Receiving, StagingLimits, Worked};
use roster_domain::{ImportState, Operation, Timestamp};
use roster_postgres::PostgresOptions;
use roster_store_tests::Owner;
use sqlx::{Connection, Executor, PgConnection};

use crate::importing::{begun, end_times, lease, new_import, step};
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
    let claim = begun(&ada, true).await;
    other.execute("BEGIN; SELECT id FROM contacts FOR UPDATE").await.unwrap();
    let mut new = bench.new_contact("1");
    new.id = there.id;
    let worked = bench.store.import_runs.step(&claim, step(&bench, 0, vec![Operation::Create(new)])).await.unwrap();
    assert!(matches!(worked, Worked::Done(_)), "{worked:?}");
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
    let claim = begun(&ada, false).await;
    other.execute("BEGIN; SELECT id FROM clients FOR NO KEY UPDATE").await.unwrap();
    let (runs, rows) = (bench.store.import_runs.clone(), step(&bench, 0, vec![create(&ada, "1")]));
    let worked = waiting(&mut other, async move { runs.step(&claim, rows).await }).await;
    other.execute("ROLLBACK").await.unwrap();
    let worked = worked.await.unwrap();
    assert!(matches!(worked, Ok(Worked::Done(_))), "{worked:?}");
}

/// Cancelled while a step of it is under way: nothing of the step is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_is_overtaken_leaves_nothing() {
    let (bench, ada, mut other) = scene().await;
    let claim = begun(&ada, false).await;
    other
        .execute("BEGIN; UPDATE imports SET state = 'cancelled', lease_holder = NULL, lease_until = NULL")
        .await
        .unwrap();
    let (runs, rows) = (bench.store.import_runs.clone(), step(&bench, 0, vec![create(&ada, "1")]));
    let worked = waiting(&mut other, async move { runs.step(&claim, rows).await }).await;
    other.execute("COMMIT").await.unwrap();
    assert_eq!(worked.await.unwrap().unwrap(), Worked::Lost);
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

const PLENTY: StagingLimits = StagingLimits { waiting: 10, staged_bytes: 1 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_meets_the_deletion_of_its_client() {
    let (bench, ada, mut other) = scene().await;
    let (shop, _) = ada.client("Shop").await;
    let scope = ada.only(shop.id);
    other.execute("BEGIN").await.unwrap();
    other.execute(DELETE_SHOP).await.unwrap();
    let (imports, new, until) = (bench.store.imports.clone(), new_import(&bench, false), lease(&bench));
    let received = waiting(&mut other, async move { imports.receive(&scope, new, PLENTY, until).await }).await;
    let (imports, new) = (bench.store.imports.clone(), Beginning::New(new_import(&bench, false)));
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
    let (imports, new) = (&bench.store.imports, new_import(&bench, false));
    let received = imports.receive(&ada.only(shop.id), new, PLENTY, lease(&bench)).await.unwrap();
    let Receiving::Begun(import) = received else { panic!("{received:?}") };
    imports.submit(&ada.scope, import.id).await.unwrap().unwrap();
    other.execute(DELETE_SHOP).await.unwrap();
    assert_eq!(bench.store.import_runs.claim(bench.now(), lease(&bench), 1).await.unwrap(), None);
    assert_eq!(imports.get(&ada.scope, import.id).await.unwrap(), None);
}

/// What somebody is at this moment working on is passed over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sweeping_waits_for_nobody() {
    let (bench, ada, mut other) = scene().await;
    let claim = begun(&ada, false).await;
    other.execute("BEGIN; SELECT id FROM imports FOR UPDATE").await.unwrap();
    bench.clock.advance_millis(60_000);
    let never = Timestamp::from_millis(0);
    let due = Due { counters: never, sessions: never, audit: never, imports: end_times(&bench) };
    let sweep = async || while bench.store.housekeeping.sweep(due).await.unwrap() {};
    let state = async || {
        let import = bench.store.imports.get(&ada.scope, claim.import.id).await.unwrap();
        import.unwrap().state
    };
    sweep().await;
    assert_eq!(state().await, ImportState::Running);
    other.execute("ROLLBACK").await.unwrap();
    sweep().await;
    assert_eq!(state().await, ImportState::Failed);
}
