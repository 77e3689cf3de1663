//! Many operations on a client's contacts: looked up, planned by the domain and written in one transaction.
//!
//! There is one writer, so nothing comes between looking and writing. A batch of few operations shares its transaction
//! with other short acts; one of many has its own, and lets the short ones that wait go first.

mod attempt;
mod lookup;
mod write;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use roster_domain::ports::{BATCH_BEGINS_WITHIN, ContactBatches, Result};
use roster_domain::{Batch, BatchClient, BatchOutcome, Plan, Scope, UserId};
use rusqlite::Connection;

use crate::SqliteStore;

pub(crate) use attempt::{Attempt, attempt};
pub(crate) use lookup::{Sight, Stored, client, found, groups};
pub(crate) use write::write;

#[cfg(test)]
pub(crate) use {lookup::ALL as LOOKUP, write::ALL as WRITE};

/// So many operations take a few milliseconds.
const FEW: usize = 100;

#[async_trait]
impl ContactBatches for SqliteStore {
    async fn apply(&self, scope: &Scope, batch: Batch) -> Result<BatchOutcome> {
        let (scope, batch, until) = (*scope, Arc::new(batch), Instant::now() + BATCH_BEGINS_WITHIN);
        if batch.operations.len() <= FEW {
            let batch = batch.clone();
            match self.writer.write(move |connection| apply(connection, &scope, &batch, until)).await? {
                Attempt::Done(outcome) => return Ok(outcome),
                Attempt::Late => return Err(attempt::late()),
                Attempt::Behind(_) => {}
            }
        }
        self.attempt_in_steps(scope.user(), move |connection| apply(connection, &scope, &batch, until)).await
    }
}

fn apply(
    connection: &Connection,
    scope: &Scope,
    batch: &Batch,
    until: Instant,
) -> rusqlite::Result<Attempt<BatchOutcome>> {
    attempt(connection, scope, until, |client| match client {
        Some(client) => apply_to(connection, scope.user(), &client, batch),
        None => Ok(BatchOutcome::ClientGone),
    })
}

fn apply_to(
    connection: &Connection,
    user: UserId,
    client: &BatchClient,
    batch: &Batch,
) -> rusqlite::Result<BatchOutcome> {
    let lookup = batch.lookup(client.region.as_ref());
    let groups = groups(connection, user, client.id, &lookup)?;
    let found = found(connection, user, client, &lookup, &Stored)?;
    Ok(match Plan::of(batch, client, found, &groups) {
        Err((index, refusal)) => BatchOutcome::Refused { index, refusal },
        Ok(plan) => {
            write(connection, user, &plan)?;
            BatchOutcome::Done(plan.outcomes)
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use roster_domain::ports::Store;
    use roster_domain::{Operation, OperationOutcome};
    use roster_store_tests::Bench;

    use super::*;
    use crate::{SqliteOptions, connection, migrations};

    #[tokio::test]
    async fn what_comes_to_its_turn_late_is_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db");
        migrations::run(&path).unwrap();
        let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
        let bench = Bench::new(Store::of(store.clone()), folder);
        let ada = bench.account("ada@example.org").await;
        store.close();
        let connection = connection::writer(&path, Duration::from_secs(2)).unwrap();
        let operations = vec![Operation::Create(bench.new_contact("08030000001"))];
        let batch = Batch::new(operations, false, bench.now());
        let begin = |until| apply(&connection, &ada.scope, &batch, until).unwrap();

        assert!(matches!(begin(Instant::now()), Attempt::Late));
        // Nothing was made under its id, or it would be taken.
        let Attempt::Done(BatchOutcome::Done(outcomes)) = begin(Instant::now() + BATCH_BEGINS_WITHIN) else {
            panic!("it isn't done in time")
        };
        assert!(matches!(outcomes[..], [OperationOutcome::Created(_)]), "{outcomes:?}");
    }
}
