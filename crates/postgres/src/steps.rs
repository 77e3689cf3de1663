//! Acts that go in steps, each a transaction of its own: how many there are depends on how many rows there are, so each
//! has its time, and the whole may take as long as it takes.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::select;
use tokio::sync::Notify;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::transaction::again;

/// What an act in steps works with.
pub(crate) struct Steps {
    pub pool: PgPool,
    /// How long one statement of a step may take.
    pub statement_timeout: Duration,
    pace: Pace,
}

impl Steps {
    pub(crate) fn new(pool: PgPool, statement_timeout: Duration) -> Self {
        Self { pool, statement_timeout, pace: Pace::default() }
    }

    pub(crate) fn pace(&self) -> Pace {
        self.pace.clone()
    }

    /// Does a step, once more where another transaction got in its way.
    pub(crate) async fn step<T, F>(&self, transaction: impl Fn() -> F) -> sqlx::Result<T>
    where
        F: Future<Output = sqlx::Result<T>>,
    {
        let outcome = again(transaction).await;
        self.pace.step_done();
        outcome
    }
}

/// Hears of each step that is done.
#[derive(Clone, Default)]
pub(crate) struct Pace(Arc<Notify>);

impl Pace {
    fn step_done(&self) {
        self.0.notify_one();
    }

    /// Does the act, and gives it up when it spends longer than this on a step, with what it looks up before it.
    pub(crate) async fn keep<T>(self, patience: Duration, act: impl Future<Output = T>) -> Result<T, Elapsed> {
        let mut act = pin!(act);
        loop {
            let step = async {
                select! {
                    biased;
                    outcome = &mut act => Some(outcome),
                    () = self.0.notified() => None,
                }
            };
            if let Some(outcome) = timeout(patience, step).await? {
                return Ok(outcome);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn an_act_has_its_time_anew_with_each_step() {
        let pace = Pace::default();
        let act = async {
            for _ in 0..3 {
                pace.step_done();
                yield_now().await;
            }
        };
        assert!(pace.clone().keep(Duration::ZERO, act).await.is_ok());
    }

    #[tokio::test]
    async fn an_act_that_stands_still_is_given_up() {
        let pace = Pace::default();
        let act = async {
            pace.step_done();
            pending::<()>().await;
        };
        assert!(pace.clone().keep(Duration::ZERO, act).await.is_err());
    }
}
