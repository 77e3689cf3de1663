//! Deleting what a list holds, if it is as many as the caller expects.
//!
//! Which contacts go is settled when it begins, by their ids: what comes into the list meanwhile stays, and so does what
//! leaves it before its turn.

use std::time::Duration;

use roster_domain::ports::{MANY_ROWS, MatchingDeletion, STEP_ROWS};
use roster_domain::{ContactFilter, UserId};
use sqlx::{PgConnection, PgPool};

use super::filtered;
use super::list::{Extent, List};
use crate::keys::group_bytes;
use crate::transaction::{again, begin_bulk, begin_reading};

pub(super) async fn delete_matching(
    pool: PgPool,
    statement_timeout: Duration,
    user: UserId,
    list: List,
    filter: ContactFilter,
    expected: u64,
) -> sqlx::Result<MatchingDeletion> {
    let Some((extent, ids)) = look(&pool, statement_timeout, user, list, filter).await? else {
        return Ok(all_or_nothing(0, expected));
    };
    if ids.len() as u64 != expected {
        return Ok(all_or_nothing(ids.len() as u64, expected));
    }
    if ids.len() <= MANY_ROWS {
        return again(|| delete_at_once(&pool, statement_timeout, user, extent, &ids)).await;
    }
    let mut deleted = 0;
    for step in ids.chunks(STEP_ROWS) {
        deleted += again(|| delete_step(&pool, statement_timeout, user, extent, step)).await?;
    }
    Ok(MatchingDeletion::Done { deleted })
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
    ids: &[Vec<u8>],
) -> sqlx::Result<MatchingDeletion> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let deleted = delete(&mut transaction, user, extent, ids).await?;
    let expected = ids.len() as u64;
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
    ids: &[Vec<u8>],
) -> sqlx::Result<u64> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let deleted = delete(&mut transaction, user, extent, ids).await?;
    transaction.commit().await?;
    Ok(deleted)
}

/// Deletes those that are still in the list; how many it were. Rows are locked in the order of their ids, so that two
/// such acts don't wait for one another in a circle.
async fn delete(connection: &mut PgConnection, user: UserId, extent: Extent, ids: &[Vec<u8>]) -> sqlx::Result<u64> {
    // Of what chose them only the group can change.
    let group = extent.group();
    let deleted = sqlx::query!(
        "WITH meant AS MATERIALIZED ( \
            SELECT user_id, id FROM contacts \
            WHERE user_id = $1 AND id = ANY($2::bytea[]) AND group_id = COALESCE($3, group_id) \
            ORDER BY id FOR UPDATE \
         ) \
         DELETE FROM contacts c USING meant WHERE c.user_id = meant.user_id AND c.id = meant.id",
        user.as_bytes().as_slice(),
        ids,
        group_bytes(group.as_ref()),
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

/// What a list holds at one instant, oldest first.
async fn look(
    pool: &PgPool,
    statement_timeout: Duration,
    user: UserId,
    list: List,
    filter: ContactFilter,
) -> sqlx::Result<Option<(Extent, Vec<Vec<u8>>)>> {
    let mut transaction = begin_reading(pool, statement_timeout).await?;
    let Some(extent) = list.extent(&mut transaction, user).await? else {
        return Ok(None);
    };
    let ids = filtered::ids(&mut transaction, user, extent, filter).await?;
    transaction.rollback().await?;
    Ok(Some((extent, ids)))
}
