//! The work on imports.

use std::time::Instant;

use async_trait::async_trait;
use roster_domain::ports::{BATCH_BEGINS_WITHIN, EndTimes, ImportRuns, Result, StoreError, Worked};
use roster_domain::{
    Claim, ContactGroup, ImportEnd, ImportState, ImportStep, Lease, NewGroup, OperationOutcome, Timestamp,
};
use rusqlite::Connection;

use super::lease::under;
use super::{claim, finish, made, staging, step, undo};
use crate::batches::attempt;
use crate::threads::Step;
use crate::{SqliteStore, batches};

#[async_trait]
impl ImportRuns for SqliteStore {
    async fn claim(&self, now: Timestamp, lease: Lease, at_once: u32) -> Result<Option<Claim>> {
        // Whoever has nothing to do asks again and again: that keeps nobody's writes waiting.
        if self.readers.get(move |connection| claim::next(connection, now, at_once)).await?.is_none() {
            return Ok(None);
        }
        self.writer.write(move |connection| claim::claim(connection, now, lease, at_once)).await
    }

    async fn staged(&self, claim: &Claim, number: u64) -> Result<Option<Vec<u8>>> {
        let (user, id) = (claim.user, claim.import.id);
        self.readers.get(move |connection| staging::piece(connection, user, id, number)).await
    }

    async fn create_group(&self, claim: &Claim, group: NewGroup) -> Result<Worked<ContactGroup>> {
        let claim = claim.clone();
        self.writer.write(move |connection| made::group(connection, &claim, &group)).await
    }

    async fn step(&self, claim: &Claim, step: ImportStep) -> Result<Worked<Vec<OperationOutcome>>> {
        let (user, claim, until) = (claim.user, claim.clone(), Instant::now() + BATCH_BEGINS_WITHIN);
        let act = move |connection: &Connection| {
            attempt(connection, &claim.scope(), until, |client| {
                under(connection, &claim, ImportState::Running, client, |client, rows| match rows == step.rows_before {
                    true => step::step(connection, &claim, &step, &client).map(Worked::Done),
                    false => Ok(Worked::Lost),
                })
            })
        };
        match self.attempt_in_steps(user, act).await? {
            Worked::Done(Ok(outcomes)) => Ok(Worked::Done(outcomes)),
            Worked::Done(Err(unsettled)) => Err(StoreError::failed(unsettled)),
            Worked::Lost => Ok(Worked::Lost),
            Worked::ClientGone => Ok(Worked::ClientGone),
        }
    }

    async fn finish(&self, claim: &Claim, end: ImportEnd, times: EndTimes) -> Result<Worked<()>> {
        let claim = claim.clone();
        self.writer.write(move |connection| finish::finish(connection, &claim, &end, times)).await
    }

    async fn undo_step(&self, claim: &Claim, lease: Lease, times: EndTimes) -> Result<Worked<bool>> {
        let claim = claim.clone();
        let act = move |connection: &Connection| {
            let client = batches::client(connection, &claim.scope())?.map(|(client, _)| client);
            let undone = under(connection, &claim, ImportState::Undoing, client, |client, _| {
                undo::step(connection, &claim, lease, times, &client).map(Worked::Done)
            })?;
            Ok(Step::Done(undone))
        };
        self.writer.write_in_steps(act).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use roster_domain::ports::{Beginning, Begun, ImportJobs, Store};
    use roster_domain::{Batch, ImportFile, ImportId, NewImport, Operation, RowAccounts, RowOutcome, StepAccount};
    use roster_store_tests::Bench;

    use super::*;
    use crate::{SqliteOptions, migrations};

    /// One row for each operation, of which a contact was made.
    struct AllCreated;

    impl RowAccounts for AllCreated {
        fn of(&self, outcomes: &[OperationOutcome]) -> StepAccount {
            let mut account = StepAccount { report: b"row,outcome\r\n".to_vec(), ..StepAccount::default() };
            for _ in outcomes {
                account.tally.read_one();
                account.tally.settle_one(RowOutcome::Created);
            }
            account
        }
    }

    #[tokio::test]
    async fn of_a_step_on_a_full_disk_nothing_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db");
        migrations::run(&path).unwrap();
        let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
        let bench = Bench::new(Store::of(store.clone()), folder);
        let ada = bench.account("ada@example.org").await;
        let lease = Lease { holder: bench.bytes(), until: bench.now().plus_millis(60_000) };
        let new = NewImport {
            id: ImportId::generate(bench.now(), bench.entropy.as_ref()),
            is_dry_run: false,
            options: String::new(),
            file: ImportFile::default(),
            created_at: bench.now(),
        };
        let begun = store.begin(&ada.scope, Beginning::New(new), lease).await.unwrap();
        let Begun::Claimed(claim) = begun else { panic!("{begun:?}") };
        let operations = (0..1_000).map(|n| Operation::Create(bench.new_contact(&format!("0803{n:07}")))).collect();
        let step = ImportStep {
            batch: Arc::new(Batch { operations, atomic: false, at: bench.now() }),
            accounts: Arc::new(AllCreated),
            rows_before: 0,
            bytes_read: 1,
            worked_millis: 1,
            lease_until: lease.until,
        };
        let before = (ada.dump().await, store.get(&ada.scope, claim.import.id).await.unwrap());

        // The limit goes with the connection: when that is replaced, there is room again.
        let limit = |connection: &Connection| {
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            connection.query_row(&format!("PRAGMA max_page_count = {}", pages + 20), [], |_| Ok(()))
        };
        store.writer.write(limit).await.unwrap();
        let full = store.step(&claim, step.clone()).await;
        assert!(matches!(full, Err(StoreError::Unavailable(_))), "{full:?}");
        assert_eq!((ada.dump().await, store.get(&ada.scope, claim.import.id).await.unwrap()), before);
        assert_eq!(store.report(&ada.scope, claim.import.id, 0).await.unwrap(), None);

        let done = store.step(&claim, step).await.unwrap();
        assert!(matches!(done, Worked::Done(outcomes) if outcomes.len() == 1_000));
        assert_eq!(ada.dump().await.contacts.len(), 1_000);
        let import = store.get(&ada.scope, claim.import.id).await.unwrap().unwrap();
        assert_eq!((import.progress.tally.read, import.progress.tally.created), (1_000, 1_000));
    }
}
