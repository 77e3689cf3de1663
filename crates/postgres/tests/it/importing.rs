//! What is done with imports in a test's first lines.

use std::sync::Arc;

use roster_domain::ports::{Beginning, Begun, EndTimes};
use roster_domain::{
    Batch, Claim, ImportFile, ImportId, ImportStep, Lease, NewImport, Operation, OperationOutcome, RowAccounts,
    RowOutcome, StepAccount,
};
use roster_store_tests::{Bench, Owner};

pub fn lease(bench: &Bench) -> Lease {
    Lease { holder: bench.bytes(), until: bench.now().plus_millis(60_000) }
}

pub fn end_times(bench: &Bench) -> EndTimes {
    EndTimes { ended_at: bench.now(), expires_at: bench.now().plus_millis(60_000) }
}

pub fn new_import(bench: &Bench, is_dry_run: bool) -> NewImport {
    NewImport {
        id: ImportId::generate(bench.now(), bench.entropy.as_ref()),
        is_dry_run,
        options: String::new(),
        file: ImportFile::default(),
        created_at: bench.now(),
    }
}

/// A direct import of theirs.
pub async fn begun(owner: &Owner, is_dry_run: bool) -> Claim {
    let (bench, import) = (&owner.bench, new_import(&owner.bench, is_dry_run));
    match bench.store.imports.begin(&owner.scope, Beginning::New(import), lease(bench)).await.unwrap() {
        Begun::Claimed(claim) => *claim,
        other => panic!("it wasn't begun: {other:?}"),
    }
}

/// A step behind so many rows, with these operations, each a row of which the report tells.
pub fn step(bench: &Bench, rows_before: u64, operations: Vec<Operation>) -> ImportStep {
    ImportStep {
        batch: Arc::new(Batch { operations, atomic: false, at: bench.now() }),
        accounts: Arc::new(Told),
        rows_before,
        bytes_read: 0,
        worked_millis: 0,
        lease_until: lease(bench).until,
    }
}

struct Told;

impl RowAccounts for Told {
    fn of(&self, outcomes: &[OperationOutcome]) -> StepAccount {
        let mut account = StepAccount { report: b"told\r\n".to_vec(), ..StepAccount::default() };
        for _ in outcomes {
            account.tally.read_one();
            account.tally.settle_one(RowOutcome::Created);
            account.reported += 1;
        }
        account
    }
}
