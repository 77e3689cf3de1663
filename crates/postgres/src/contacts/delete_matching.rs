//! Deleting what a list holds, if it is as many as the caller expects.

use std::time::Duration;

use roster_domain::UserId;
use roster_domain::ports::{MANY_ROWS, MatchingDeletion, STEP_ROWS};
use sqlx::{PgConnection, PgPool};

use super::list::{Extent, List};
use super::steps::delete_some;
use crate::transaction::{again, begin_bulk};

pub(super) async fn delete_matching(
    pool: PgPool,
    statement_timeout: Duration,
    user: UserId,
    list: List,
    expected: u64,
) -> sqlx::Result<MatchingDeletion> {
    let Some((extent, found)) = look(&pool, statement_timeout, user, list).await? else {
        return Ok(all_or_nothing(0, expected));
    };
    let Some(newest) = found.newest.filter(|_| found.count == expected) else {
        return Ok(all_or_nothing(found.count, expected));
    };
    if expected <= MANY_ROWS as u64 {
        return again(|| delete_at_once(&pool, statement_timeout, user, extent, &newest, expected)).await;
    }
    let mut deleted = 0;
    loop {
        match again(|| delete_step(&pool, statement_timeout, user, extent, &newest)).await? {
            0 => return Ok(MatchingDeletion::Done { deleted }),
            more => deleted += more,
        }
    }
}

/// What to answer when there is nothing to delete, or not what was expected.
fn all_or_nothing(actual: u64, expected: u64) -> MatchingDeletion {
    if actual == expected {
        MatchingDeletion::Done { deleted: actual }
    } else {
        MatchingDeletion::CountChanged { actual }
    }
}

/// Some may have gone since they were counted: then all stay.
async fn delete_at_once(
    pool: &PgPool,
    statement_timeout: Duration,
    user: UserId,
    extent: Extent,
    newest: &[u8],
    expected: u64,
) -> sqlx::Result<MatchingDeletion> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let deleted = delete_some(&mut transaction, user, extent, newest, MANY_ROWS).await?;
    if deleted == expected {
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(all_or_nothing(deleted, expected))
}

async fn delete_step(
    pool: &PgPool,
    statement_timeout: Duration,
    user: UserId,
    extent: Extent,
    newest: &[u8],
) -> sqlx::Result<u64> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let deleted = delete_some(&mut transaction, user, extent, newest, STEP_ROWS).await?;
    transaction.commit().await?;
    Ok(deleted)
}

/// What a list held at one instant.
struct Found {
    count: u64,
    /// What came later isn't meant.
    newest: Option<Vec<u8>>,
}

async fn look(
    pool: &PgPool,
    statement_timeout: Duration,
    user: UserId,
    list: List,
) -> sqlx::Result<Option<(Extent, Found)>> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let Some(extent) = list.extent(&mut transaction, user).await? else {
        return Ok(None);
    };
    let found = count(&mut transaction, user, extent).await?;
    transaction.rollback().await?;
    Ok(Some((extent, found)))
}

/// The statement that counts under this condition.
macro_rules! count_where {
    ($condition:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query!(
            "SELECT count(*) AS \"count!\", \
                    (SELECT id FROM contacts WHERE " + $condition + " ORDER BY id DESC LIMIT 1) AS newest \
             FROM contacts WHERE " + $condition,
            $($argument),+
        )
    };
}

async fn count(connection: &mut PgConnection, user: UserId, extent: Extent) -> sqlx::Result<Found> {
    let user = user.as_bytes().as_slice();
    let (count, newest) = match extent {
        Extent::User => {
            let found = count_where!("user_id = $1", user).fetch_one(connection).await?;
            (found.count, found.newest)
        }
        Extent::Client(client) => {
            let client = client.as_bytes().as_slice();
            let found = count_where!("user_id = $1 AND client_id = $2", user, client).fetch_one(connection).await?;
            (found.count, found.newest)
        }
        Extent::Group(client, group) => {
            let (client, group) = (client.as_bytes().as_slice(), group.as_bytes().as_slice());
            let found = count_where!("user_id = $1 AND client_id = $2 AND group_id = $3", user, client, group)
                .fetch_one(connection)
                .await?;
            (found.count, found.newest)
        }
    };
    Ok(Found { count: count.unsigned_abs(), newest })
}
