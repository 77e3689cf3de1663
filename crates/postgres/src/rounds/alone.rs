//! What goes singly, on the pool: writes that must wait for a lock, and everything of a runtime that has no connections
//! of its own. The statements are the same; locks are waited for.

use std::sync::Arc;

use roster_domain::ports::{Result, StoreError};
use tokio::time::timeout;

use super::asked::Asked;
use super::reads::Read;
use super::shared::Shared;
use super::writes::{Away, Manner, Outcome, Write};
use crate::error::{met_another, store_error};
use crate::options::LOCK_TIMEOUT;

/// How often a write is tried whose rows change while it waits for them.
const ATTEMPTS: usize = 5;

pub(super) async fn read<R: Read>(shared: &Arc<Shared>, read: R) -> Result<R::Answer> {
    let (asked, answer) = Asked::new(read);
    let here = shared.clone();
    shared.runtime.spawn(async move {
        let reading = async {
            let mut connection = here.pool.acquire().await.map_err(store_error)?;
            let answers = R::run(&[&asked.item], &mut connection).await.map_err(store_error)?;
            answers.into_iter().next().unwrap_or_else(|| Err(StoreError::failed("a read without an answer")))
        };
        let answer = timeout(here.patience, reading).await;
        asked.answer(answer.unwrap_or_else(|late| Err(StoreError::unavailable(late))));
    });
    answer.wait().await
}

/// `away`: let go of when it is done.
pub(super) fn write<W: Write>(shared: &Arc<Shared>, mut asked: Asked<W>, away: Option<Away>) {
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
        let mut connection = shared.pool.acquire().await.map_err(store_error)?;
        let outcomes = match W::run(&[item], Manner::Waiting, &mut connection).await {
            Err(error) if met_another(&error) => continue,
            outcomes => outcomes.map_err(store_error)?,
        };
        match outcomes.into_iter().next() {
            Some(Ok(Outcome::Done(answer))) => return Ok(answer),
            Some(Ok(Outcome::OtherRegion(region))) => item.learn_region(shared, region),
            Some(Ok(Outcome::Busy)) => {}
            Some(Err(error)) => return Err(error),
            None => return Err(StoreError::failed("a write without an outcome")),
        }
    }
    Err(StoreError::unavailable("others changed the row again and again"))
}
