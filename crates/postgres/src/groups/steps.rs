//! What becomes of a group's contacts before it is deleted, some at a time.

use std::time::Duration;

use roster_domain::ports::{GroupDeletion, MANY_ROWS, STEP_ROWS};
use roster_domain::{ClientId, GroupId, Timestamp, UserId};
use sqlx::{PgConnection, PgPool};

use super::locks::{default_group, lock_client};
use crate::transaction::begin_bulk;

/// The group to be deleted.
#[derive(Clone, Copy)]
pub(super) struct Doomed {
    pub user: UserId,
    pub client: ClientId,
    pub group: GroupId,
}

/// What a step came to.
pub(super) enum Step {
    /// It did something about so many contacts.
    Went(u64),
    /// The group isn't to be deleted any more.
    Ended(GroupDeletion),
}

/// Whether the group has too many contacts for one transaction.
pub(super) async fn has_many(pool: &PgPool, doomed: Doomed) -> sqlx::Result<bool> {
    let few = MANY_ROWS as i64;
    let counted = sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM ( \
            SELECT FROM contacts WHERE user_id = $1 AND client_id = $2 AND group_id = $3 LIMIT $4 \
         ) few",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
        doomed.group.as_bytes().as_slice(),
        few + 1,
    )
    .fetch_one(pool)
    .await?;
    Ok(counted > few)
}

/// Moves some contacts to the default group: a transaction of its own.
pub(super) async fn move_step(
    pool: &PgPool,
    statement_timeout: Duration,
    doomed: Doomed,
    at: Timestamp,
) -> sqlx::Result<Step> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    if lock_client(&mut transaction, doomed.user, Some(doomed.client)).await?.is_none() {
        return Ok(Step::Ended(GroupDeletion::Absent));
    }
    let target = default_group(&mut transaction, doomed.user, doomed.client).await?;
    if target == doomed.group {
        return Ok(Step::Ended(GroupDeletion::DefaultGroup));
    }
    let moved = move_some(&mut transaction, doomed, target, at, Some(STEP_ROWS)).await?;
    transaction.commit().await?;
    Ok(Step::Went(moved))
}

/// Deletes some contacts: a transaction of its own.
pub(super) async fn delete_step(pool: &PgPool, statement_timeout: Duration, doomed: Doomed) -> sqlx::Result<Step> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    if lock_client(&mut transaction, doomed.user, Some(doomed.client)).await?.is_none() {
        return Ok(Step::Ended(GroupDeletion::Absent));
    }
    // Its contacts are spared from the moment it is the default.
    if default_group(&mut transaction, doomed.user, doomed.client).await? == doomed.group {
        return Ok(Step::Ended(GroupDeletion::DefaultGroup));
    }
    let deleted = delete_contacts(&mut transaction, doomed, Some(STEP_ROWS)).await?;
    transaction.commit().await?;
    Ok(Step::Went(deleted))
}

/// Moves contacts of a group to another of the same client; all, where no limit is given.
pub(super) async fn move_some(
    connection: &mut PgConnection,
    doomed: Doomed,
    target: GroupId,
    at: Timestamp,
    limit: Option<usize>,
) -> sqlx::Result<u64> {
    let moved = sqlx::query!(
        "WITH step AS MATERIALIZED ( \
            SELECT user_id, id FROM contacts WHERE user_id = $1 AND client_id = $2 AND group_id = $3 \
            ORDER BY id LIMIT $4 FOR NO KEY UPDATE \
         ) \
         UPDATE contacts c SET group_id = $5, updated_at = $6, revision = c.revision + 1 \
         FROM step WHERE c.user_id = step.user_id AND c.id = step.id",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
        doomed.group.as_bytes().as_slice(),
        limit.map_or(i64::MAX, |limit| limit as i64),
        target.as_bytes().as_slice(),
        at.to_utc(),
    )
    .execute(connection)
    .await?;
    Ok(moved.rows_affected())
}

/// Deletes contacts of a group; all, where no limit is given.
pub(super) async fn delete_contacts(
    connection: &mut PgConnection,
    doomed: Doomed,
    limit: Option<usize>,
) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "WITH step AS MATERIALIZED ( \
            SELECT user_id, id FROM contacts WHERE user_id = $1 AND client_id = $2 AND group_id = $3 \
            ORDER BY id LIMIT $4 FOR UPDATE \
         ) \
         DELETE FROM contacts c USING step WHERE c.user_id = step.user_id AND c.id = step.id",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
        doomed.group.as_bytes().as_slice(),
        limit.map_or(i64::MAX, |limit| limit as i64),
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
