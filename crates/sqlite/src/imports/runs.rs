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

    async fn create_group(
        &self,
        claim: &Claim,
        group: NewGroup,
        lease_until: Timestamp,
    ) -> Result<Worked<ContactGroup>> {
        let claim = claim.clone();
        self.writer.write(move |connection| made::group(connection, &claim, &group, lease_until)).await
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
            Worked::Done(Err(defect)) => Err(StoreError::failed(defect)),
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
    use roster_domain::Operation;
    use roster_domain::ports::{Beginning, Store};
    use roster_store_tests::Bench;
    use roster_store_tests::importing::Honest;

    use super::*;
    use crate::{SqliteOptions, migrations};

    #[tokio::test]
    async fn of_a_step_on_a_full_disk_nothing_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db");
        migrations::run(&path).unwrap();
        let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
        let bench = Bench::new(Store::of(store.clone()), folder);
        let ada = bench.account("ada@example.org").await;
        let claim = ada.begun(Beginning::New(bench.new_import())).await;
        let operations = (0..1_000).map(|n| Operation::Create(bench.new_contact(&format!("0803{n:07}")))).collect();
        let step = bench.step_saying(0, operations, Honest);
        let before = (ada.dump().await, ada.import(claim.import.id).await);

        // The limit goes with the connection: when that is replaced, there is room again.
        let limit = |connection: &Connection| {
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            connection.query_row(&format!("PRAGMA max_page_count = {}", pages + 20), [], |_| Ok(()))
        };
        store.writer.write(limit).await.unwrap();
        let full = store.step(&claim, step.clone()).await;
        assert!(matches!(full, Err(StoreError::Unavailable(_))), "{full:?}");
        assert_eq!((ada.dump().await, ada.import(claim.import.id).await), before);
        assert_eq!(ada.report(claim.import.id).await, "");

        let done = store.step(&claim, step).await.unwrap();
        assert!(matches!(done, Worked::Done(outcomes) if outcomes.len() == 1_000));
        assert_eq!(ada.dump().await.contacts.len(), 1_000);
        let import = ada.import(claim.import.id).await.unwrap();
        assert_eq!((import.progress.tally.read, import.progress.tally.created), (1_000, 1_000));
    }
}
