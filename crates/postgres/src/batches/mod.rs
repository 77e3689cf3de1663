//! [`ContactBatches`]: what a batch speaks of is looked up and held, the domain says what is to be written, and that is
//! written: one transaction.
//!
//! The client is locked first, so its batches take turns: what one of them makes, the next one finds. Locks are taken in
//! the order of all acts (client, groups, contacts), those of one kind in the order of their ids.

mod hold;
mod turns;
mod write;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use roster_domain::ports::{BATCH_BEGINS_WITHIN, ContactBatches, Result, StoreError};
use roster_domain::{Batch, BatchOutcome, ClientId, Plan, Scope};
use sqlx::PgPool;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

pub(crate) use turns::Turns;

use crate::PostgresStore;
use crate::housekeeping::derive_to_the_end;
use crate::transaction::{again, begin_patient};

#[async_trait]
impl ContactBatches for PostgresStore {
    async fn apply(&self, scope: &Scope, batch: Batch) -> Result<BatchOutcome> {
        let (scope, batch, until) = (*scope, Arc::new(batch), Instant::now() + BATCH_BEGINS_WITHIN);
        let (pool, statement_timeout, turn) = (self.pool.clone(), self.bulk_timeout, self.batch_turns.take().await?);
        let act = async move {
            let _turn = turn;
            apply(&pool, statement_timeout, &scope, &batch, until).await
        };
        self.bulk_act(act).await?.ok_or_else(|| StoreError::unavailable("a batch couldn't begin in time"))
    }
}

/// What an attempt came to. Only one that is done has written anything.
enum Attempt {
    Done(BatchOutcome),
    /// The client's contacts are being derived anew, and can't be found by their numbers until that is through.
    Behind(ClientId),
    /// An id under which a contact was to be made has been taken since it was looked up.
    Taken,
}

/// `None`: it couldn't begin until then, and nothing is done.
async fn apply(
    pool: &PgPool,
    statement_timeout: Duration,
    scope: &Scope,
    batch: &Arc<Batch>,
    until: Instant,
) -> sqlx::Result<Option<BatchOutcome>> {
    // Each turn but the last needs somebody who got in between: a change of region, or a contact under the same id.
    loop {
        match again(|| attempt(pool, statement_timeout, scope, batch)).await? {
            Attempt::Done(outcome) => return Ok(Some(outcome)),
            Attempt::Behind(client) => {
                let deriving = derive_to_the_end(pool, statement_timeout, scope.user(), client);
                match timeout_at(until, deriving).await {
                    Ok(derived) => derived?,
                    Err(_) => return Ok(None),
                }
            }
            Attempt::Taken if Instant::now() < until => {}
            Attempt::Taken => return Ok(None),
        }
    }
}

/// All of it in one transaction.
async fn attempt(
    pool: &PgPool,
    statement_timeout: Duration,
    scope: &Scope,
    batch: &Arc<Batch>,
) -> sqlx::Result<Attempt> {
    let (user, mut transaction) = (scope.user(), begin_patient(pool, statement_timeout).await?);
    let Some((client, is_behind)) = hold::client(&mut transaction, scope).await? else {
        return Ok(Attempt::Done(BatchOutcome::ClientGone));
    };
    if is_behind {
        return Ok(Attempt::Behind(client.id));
    }
    let (asked, region) = (batch.clone(), client.region.clone());
    let lookup = apart(move || asked.lookup(region.as_ref())).await?;
    let groups = hold::groups(&mut transaction, user, &client, &lookup).await?;
    if !groups.contains(&client.default_group) {
        // It goes together with the account.
        return Ok(Attempt::Done(BatchOutcome::ClientGone));
    }
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

/// Reading thousands of numbers takes a tenth of a second, for which the runtime has others waiting.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> sqlx::Result<T> {
    spawn_blocking(work).await.map_err(|_| sqlx::Error::WorkerCrashed)
}

#[cfg(test)]
mod tests {
    use roster_domain::ports::Store;
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
        let batch = Arc::new(Batch { operations, atomic: false, at: bench.now() });
        let begin = |until| apply(&store.pool, store.bulk_timeout, &ada.scope, &batch, until);

        let late = begin(Instant::now()).await.unwrap();
        assert_eq!(late, None);
        assert!(ada.dump().await.contacts.is_empty());

        let outcome = begin(Instant::now() + BATCH_BEGINS_WITHIN).await.unwrap();
        let Some(BatchOutcome::Done(outcomes)) = outcome else { panic!("{outcome:?}") };
        assert!(matches!(outcomes[..], [OperationOutcome::Created(_)]), "{outcomes:?}");
    }
}
