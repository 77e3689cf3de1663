//! What goes singly, on the pool: writes that must wait for a lock, and everything of a runtime that has no connections
//! of its own. The statements are the same; locks are waited for.

use std::sync::Arc;

use roster_domain::ports::{Result, StoreError};
use tokio::time::timeout;

use super::asked::Asked;
use super::reads::Read;
use super::shared::{Purpose, Shared};
use super::side::Work;
use super::writes::{Away, Manner, Outcome, Write};
use crate::error::{met_another, store_error};
use crate::options::LOCK_TIMEOUT;
use crate::transaction::{begin, begin_searching};

/// How often a write is begun anew that another transaction undid.
const ATTEMPTS: usize = 5;

/// How often its statement is given in one transaction. Its locks are taken by then, but a statement sees what was
/// committed before it began: what changed while it waited is for the next one to see. That may be the contact, its
/// group, or the region.
const STATEMENTS: usize = 4;

pub(super) async fn read<R: Read>(shared: &Arc<Shared>, read: R) -> Result<R::Answer> {
    let (asked, answer) = Asked::new(read);
    let here = shared.clone();
    shared.runtime.spawn(async move {
        let answer = timeout(here.patience, read_one(&here, &asked.item)).await;
        asked.answer(answer.unwrap_or_else(|late| Err(StoreError::unavailable(late))));
    });
    answer.wait().await
}

async fn read_one<R: Read>(shared: &Shared, item: &R) -> Result<R::Answer> {
    let answers = run(shared, item).await.map_err(|error| failure(shared, error))?;
    answers.into_iter().next().unwrap_or_else(|| Err(StoreError::failed("a read without an answer")))
}

async fn run<R: Read>(shared: &Shared, item: &R) -> sqlx::Result<Vec<Result<R::Answer>>> {
    match R::Side::PURPOSE {
        Purpose::Read | Purpose::Write => {
            let mut connection = shared.pool.acquire().await?;
            R::run(&[item], &mut connection).await
        }
        Purpose::Search => {
            let mut transaction = begin_searching(&shared.pool, shared.search_timeout).await?;
            R::run(&[item], &mut transaction).await
        }
    }
}

/// What is answered for it. A connection of a round may have died of the same.
fn failure(shared: &Shared, error: sqlx::Error) -> StoreError {
    shared.losses.hear(&error);
    store_error(error)
}

/// `away`: let go of when it is done.
pub(super) fn write<W: Write>(shared: &Arc<Shared>, mut asked: Asked<W>, away: Away) {
    let here = shared.clone();
    shared.runtime.spawn(async move {
        let answer = timeout(here.patience, attempts(&here, &mut asked.item)).await;
        asked.answer(answer.unwrap_or_else(|late| Err(StoreError::unavailable(late))));
        drop(away);
    });
}

async fn attempts<W: Write>(shared: &Shared, item: &mut W) -> Result<W::Answer> {
    let Ok(Ok(_detour)) = timeout(LOCK_TIMEOUT, shared.detours.acquire()).await else {
        return Err(StoreError::Overloaded);
    };
    for _ in 0..ATTEMPTS {
        match transaction(shared, item).await {
            Ok(Some(answer)) => return answer,
            Ok(None) => {}
            Err(error) if met_another(&error) => {}
            Err(error) => return Err(failure(shared, error)),
        }
    }
    Err(StoreError::unavailable("others changed the row again and again"))
}

/// `None`: it has come to nothing, and nothing was done.
async fn transaction<W: Write>(shared: &Shared, item: &mut W) -> sqlx::Result<Option<Result<W::Answer>>> {
    let mut transaction = begin(&shared.pool).await?;
    for _ in 0..STATEMENTS {
        match W::run(&[item], Manner::Waiting, &mut transaction).await?.into_iter().next() {
            Some(Ok(Outcome::Done(answer))) => {
                transaction.commit().await?;
                return Ok(Some(Ok(answer)));
            }
            Some(Ok(Outcome::OtherRegion(region))) => item.learn_region(shared, region),
            Some(Ok(Outcome::Busy)) => {}
            Some(Err(error)) => return Ok(Some(Err(error))),
            None => return Ok(Some(Err(StoreError::failed("a write without an outcome")))),
        }
    }
    Ok(None)
}
