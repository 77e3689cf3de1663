//! [`ContactBatches`]: what a batch speaks of is looked up and held, the domain says what is to be written, and that is
//! written: one transaction.
//!
//! The client is locked first, so its batches take turns: what one of them makes, the next one finds. Locks are taken in
//! the order of all acts (client, groups, contacts), those of one kind in the order of their ids.

mod attempt;
pub(crate) mod hold;
pub(crate) mod write;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use roster_domain::ports::{ContactBatches, Result};
use roster_domain::{Batch, BatchOutcome, Plan, Scope};
use sqlx::PgPool;
use tokio::time::Instant;

use crate::PostgresStore;
use crate::transaction::begin_patient;
pub(crate) use attempt::{Attempt, apart, until_done};
use hold::{Held, Holding};

#[async_trait]
impl ContactBatches for PostgresStore {
    async fn apply(&self, scope: &Scope, batch: Batch) -> Result<BatchOutcome> {
        let (scope, batch) = (*scope, Arc::new(batch));
        self.act_in_turn(async move |pool, statement_timeout, until| {
            apply(&pool, statement_timeout, &scope, &batch, until).await
        })
        .await
    }
}

/// `None`: it couldn't begin until then, and nothing is done.
async fn apply(
    pool: &PgPool,
    statement_timeout: Duration,
    scope: &Scope,
    batch: &Arc<Batch>,
    until: Instant,
) -> sqlx::Result<Option<BatchOutcome>> {
    let attempt = || attempt(pool, statement_timeout, scope, batch);
    until_done(pool, statement_timeout, scope.user(), until, attempt).await
}

/// All of it in one transaction.
async fn attempt(
    pool: &PgPool,
    statement_timeout: Duration,
    scope: &Scope,
    batch: &Arc<Batch>,
) -> sqlx::Result<Attempt<BatchOutcome>> {
    let (user, mut transaction) = (scope.user(), begin_patient(pool, statement_timeout).await?);
    let Held { client, lookup, groups } = match hold::all_but_contacts(&mut transaction, scope, batch).await? {
        Holding::Held(held) => held,
        Holding::ClientGone => return Ok(Attempt::Done(BatchOutcome::ClientGone)),
        Holding::Behind(client) => return Ok(Attempt::Behind(client)),
    };
    let found = hold::contacts(&mut transaction, user, client.id, &lookup).await?;
    let asked = batch.clone();
    let plan = match apart(move || Plan::of(&asked, &client, found, &groups)).await? {
        Ok(plan) => plan,
        Err((index, refusal)) => return Ok(Attempt::Done(BatchOutcome::Refused { index, refusal })),
    };
    if !write::all(&mut transaction, user, &plan).await? {
        return Ok(Attempt::Taken);
    }
    transaction.commit().await?;
    Ok(Attempt::Done(BatchOutcome::Done(plan.outcomes)))
}

#[cfg(test)]
mod tests {
    use roster_domain::ports::{BATCH_BEGINS_WITHIN, Store};
    use roster_domain::{Operation, OperationOutcome};
    use roster_store_tests::Bench;
    use roster_testkit::postgres::database;

    use super::*;
    use crate::{MIGRATOR, PostgresOptions};

    #[tokio::test]
    async fn what_isnt_derived_in_time_is_not_done_later() {
        let database = database(&MIGRATOR).await;
        let store = PostgresStore::connect(database.url(), &PostgresOptions::default()).await.unwrap();
        let bench = Bench::new(Store::of(store.clone()), database);
        let ada = bench.account("ada@example.org").await;
        // Marked, but by nobody who would then derive them.
        sqlx::query("UPDATE clients SET region = 'NG', derive_after = ''").execute(&store.pool).await.unwrap();
        let operations = vec![Operation::Create(bench.new_contact("08030000001"))];
        let batch = Arc::new(Batch::new(operations, false, bench.now()));
        let begin = |until| apply(&store.pool, store.bulk_timeout, &ada.scope, &batch, until);

        let late = begin(Instant::now()).await.unwrap();
        assert_eq!(late, None);
        assert!(ada.dump().await.contacts.is_empty());

        let outcome = begin(Instant::now() + BATCH_BEGINS_WITHIN).await.unwrap();
        let Some(BatchOutcome::Done(outcomes)) = outcome else { panic!("{outcome:?}") };
        assert!(matches!(outcomes[..], [OperationOutcome::Created(_)]), "{outcomes:?}");
    }
}
