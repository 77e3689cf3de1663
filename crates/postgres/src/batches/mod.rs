//! [`ContactBatches`]: what a batch speaks of is looked up and held, the domain says what is to be written, and that is
//! written: one transaction.
//!
//! The client is locked first, so its batches take turns: what one of them makes, the next one finds. Locks are taken in
//! the order of all acts (client, groups, contacts), those of one kind in the order of their ids.

mod hold;
mod write;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use roster_domain::ports::{ContactBatches, Result};
use roster_domain::{Batch, BatchOutcome, ClientId, Plan, Scope};
use sqlx::PgPool;
use tokio::task::spawn_blocking;

use crate::PostgresStore;
use crate::housekeeping::derive_to_the_end;
use crate::steps::Steps;
use crate::transaction::begin_bulk;

#[async_trait]
impl ContactBatches for PostgresStore {
    async fn apply(&self, scope: &Scope, batch: Batch) -> Result<BatchOutcome> {
        let (scope, batch) = (*scope, Arc::new(batch));
        self.act_in_steps(|steps| apply(steps, scope, batch)).await
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

async fn apply(steps: Steps, scope: Scope, batch: Arc<Batch>) -> sqlx::Result<BatchOutcome> {
    // Each turn but the last needs somebody who got in between: a change of region, or a contact under the same id.
    loop {
        let attempt = || attempt(&steps.pool, steps.statement_timeout, &scope, &batch);
        match steps.step(attempt).await? {
            Attempt::Done(outcome) => return Ok(outcome),
            Attempt::Behind(client) => derive_to_the_end(&steps, scope.user(), client).await?,
            Attempt::Taken => {}
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
    let (user, mut transaction) = (scope.user(), begin_bulk(pool, statement_timeout).await?);
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
