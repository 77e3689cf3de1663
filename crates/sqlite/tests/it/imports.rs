//! Imports, beside what every store does with them.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::ports::{Beginning, Begun, Due, EndTimes, Receiving, StagedPiece, Staging, StagingLimits, Worked};
use roster_domain::{
    Batch, Claim, ContactChanges, ImportFile, ImportId, ImportStep, Lease, MatchBy, NewImport, OnMatch, Operation,
    OperationOutcome, RowAccounts, RowOutcome, StepAccount, Timestamp, Upsert,
};
use roster_sqlite::SqliteOptions;
use roster_store_tests::{Bench, Owner};
use rusqlite::Connection;

use crate::place::{self, another_writer};

/// Nobody comes near these.
const LIMITS: StagingLimits = StagingLimits { waiting: 10, staged_bytes: 1_000 };

/// One row for each operation, all of them left out.
struct AllSkipped;

impl RowAccounts for AllSkipped {
    fn of(&self, outcomes: &[OperationOutcome]) -> StepAccount {
        let mut account = StepAccount::default();
        for _ in outcomes {
            account.tally.read_one();
            account.tally.settle_one(RowOutcome::Skipped);
        }
        account
    }
}

fn lease(bench: &Bench) -> Lease {
    Lease { holder: bench.bytes(), until: bench.now().plus_millis(60_000) }
}

fn new_import(bench: &Bench) -> NewImport {
    NewImport {
        id: ImportId::generate(bench.later(), bench.entropy.as_ref()),
        is_dry_run: false,
        options: String::new(),
        file: ImportFile::default(),
        created_at: bench.now(),
    }
}

async fn begun(owner: &Owner) -> Claim {
    let Owner { bench, scope, .. } = owner;
    match bench.store.imports.begin(scope, Beginning::New(new_import(bench)), lease(bench)).await.unwrap() {
        Begun::Claimed(claim) => *claim,
        other => panic!("{other:?}"),
    }
}

async fn received(owner: &Owner) -> ImportId {
    let Owner { bench, scope, .. } = owner;
    match bench.store.imports.receive(scope, new_import(bench), LIMITS, lease(bench)).await.unwrap() {
        Receiving::Begun(import) => import.id,
        other => panic!("{other:?}"),
    }
}

async fn waiting(owner: &Owner) -> ImportId {
    let id = received(owner).await;
    owner.bench.store.imports.submit(&owner.scope, id).await.unwrap().unwrap();
    id
}

#[tokio::test]
async fn whoever_has_nothing_to_do_waits_for_no_writer() {
    let options = SqliteOptions { busy_timeout: Duration::from_millis(1), ..SqliteOptions::default() };
    let (_store, bench, path) = place::open(&options);
    let ada = bench.account("ada@example.org").await;
    begun(&ada).await;
    let _busy = another_writer(&path);
    assert_eq!(bench.store.import_runs.claim(bench.now(), lease(&bench), 2).await.unwrap(), None);
}

#[tokio::test]
async fn a_step_waits_until_contacts_are_derived() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    let amina = ada.contact("Amina", "0803 123 4567").await;
    let claim = begun(&ada).await;
    Connection::open(&path).unwrap().execute("UPDATE clients SET region = 'NG', derive_after = x''", []).unwrap();
    let upsert = Upsert {
        contact: bench.new_contact("+2348031234567"),
        by: MatchBy::Number,
        given: ContactChanges::default(),
        on_match: OnMatch::Skip,
    };
    let step = ImportStep {
        batch: Arc::new(Batch { operations: vec![Operation::Upsert(upsert)], atomic: false, at: bench.now() }),
        accounts: Arc::new(AllSkipped),
        rows_before: 0,
        bytes_read: 0,
        worked_millis: 0,
        lease_until: lease(&bench).until,
    };
    let outcome = bench.store.import_runs.step(&claim, step).await.unwrap();
    assert_eq!(outcome, Worked::Done(vec![OperationOutcome::Skipped(amina)]));
}

#[tokio::test]
async fn an_import_without_its_client_keeps_no_other_waiting() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    let (orphan, next) = (waiting(&ada).await, waiting(&ada).await);
    let file = Connection::open(&path).unwrap();
    file.execute("UPDATE imports SET client_id = zeroblob(12) WHERE id = ?1", [orphan.as_bytes()]).unwrap();
    for expected in [Some(next), None] {
        let claim = bench.store.import_runs.claim(bench.now(), lease(&bench), 2).await.unwrap();
        assert_eq!(claim.map(|claim| claim.import.id), expected);
    }
    assert_eq!(bench.store.imports.get(&ada.scope, orphan).await.unwrap(), None);
}

/// A large file isn't removed in one long transaction.
#[tokio::test]
async fn files_go_in_steps() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    let imports = &bench.store.imports;
    let import = received(&ada).await;
    for number in 0..40 {
        let piece = StagedPiece { number, bytes: vec![1] };
        let staged = imports.stage(&ada.scope, import, piece, LIMITS, lease(&bench)).await.unwrap();
        assert_eq!(staged, Staging::Done);
    }
    imports.give_up(&ada.scope, import).await.unwrap();
    let file = Connection::open(&path).unwrap();
    let count =
        |table| -> i64 { file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap() };
    let never = Timestamp::from_millis(0);
    let due = Due {
        counters: never,
        sessions: never,
        audit: never,
        imports: EndTimes { ended_at: never, expires_at: never },
    };
    let mut left = vec![count("import_pieces")];
    while bench.store.housekeeping.sweep(due).await.unwrap() {
        left.push(count("import_pieces"));
    }
    assert_eq!((left, count("imports")), (vec![40, 24, 8, 0], 0));
}
