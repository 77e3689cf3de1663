//! Attempts at what a batch asks for, each a transaction, until one is through.

use std::future::Future;
use std::time::Duration;

use roster_domain::ports::{BATCH_BEGINS_WITHIN, Result, StoreError};
use roster_domain::{ClientId, UserId};
use sqlx::PgPool;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use crate::PostgresStore;
use crate::housekeeping::derive_to_the_end;
use crate::transaction::again;

/// What an attempt came to. Only one that is done has written anything.
pub(crate) enum Attempt<T> {
    Done(T),
    /// The client's contacts are being derived anew, and can't be found by their numbers until that is through.
    Behind(ClientId),
    /// An id under which a contact was to be made has been taken since it was looked up.
    Taken,
}

impl PostgresStore {
    /// Runs an act when it is its turn among those that hold a client for long. It is given when it must have begun.
    pub(crate) async fn act_in_turn<T, F>(&self, act: impl FnOnce(PgPool, Duration, Instant) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = sqlx::Result<Option<T>>> + Send + 'static,
    {
        let until = Instant::now() + BATCH_BEGINS_WITHIN;
        let turn = self.batch_turns.take().await?;
        let act = act(self.pool.clone(), self.bulk_timeout, until);
        let act = async move {
            let _turn = turn;
            act.await
        };
        self.bulk_act(act).await?.ok_or_else(|| StoreError::unavailable("a batch couldn't begin in time"))
    }
}

/// Attempts it until it is done. `None`: it couldn't begin until then, and nothing is done.
pub(crate) async fn until_done<T, F>(
    pool: &PgPool,
    statement_timeout: Duration,
    user: UserId,
    until: Instant,
    attempt: impl Fn() -> F,
) -> sqlx::Result<Option<T>>
where
    F: Future<Output = sqlx::Result<Attempt<T>>>,
{
    // Each turn but the last needs somebody who got in between: a change of region, or a contact under the same id.
    loop {
        match again(&attempt).await? {
            Attempt::Done(outcome) => return Ok(Some(outcome)),
            Attempt::Behind(client) => {
                let deriving = derive_to_the_end(pool, statement_timeout, user, client);
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

/// Reading thousands of numbers takes a tenth of a second, for which the runtime has others waiting.
pub(crate) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> sqlx::Result<T> {
    spawn_blocking(work).await.map_err(|_| sqlx::Error::WorkerCrashed)
}
