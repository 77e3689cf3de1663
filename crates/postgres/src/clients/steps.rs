//! What becomes of a client's contacts before it is deleted, some at a time.

use std::time::Duration;

use roster_domain::ports::{ClientDeletion, MANY_ROWS, STEP_ROWS};
use roster_domain::{ClientId, UserId};
use sqlx::{PgConnection, PgPool};

use super::update::lock;
use crate::transaction::begin_bulk;

/// The client to be deleted.
#[derive(Clone, Copy)]
pub(super) struct Doomed {
    pub user: UserId,
    pub client: ClientId,
}

/// What a step came to.
pub(super) enum Step {
    /// So many contacts went.
    Went(u64),
    /// The client isn't to be deleted any more.
    Ended(ClientDeletion),
}

/// Whether the client has too many contacts for one transaction.
pub(super) async fn has_many(pool: &PgPool, doomed: Doomed) -> sqlx::Result<bool> {
    let few = MANY_ROWS as i64;
    let counted = sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM ( \
            SELECT FROM contacts WHERE user_id = $1 AND client_id = $2 LIMIT $3 \
         ) few",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
        few + 1,
    )
    .fetch_one(pool)
    .await?;
    Ok(counted > few)
}

/// Deletes some contacts: a transaction of its own.
pub(super) async fn delete_step(pool: &PgPool, statement_timeout: Duration, doomed: Doomed) -> sqlx::Result<Step> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    // Its contacts are spared from the moment it is the default.
    match lock(&mut transaction, doomed.user, doomed.client).await? {
        None => return Ok(Step::Ended(ClientDeletion::Absent)),
        Some(client) if client.is_default => return Ok(Step::Ended(ClientDeletion::DefaultClient)),
        Some(_) => {}
    }
    let deleted = delete_contacts(&mut transaction, doomed, Some(STEP_ROWS)).await?;
    transaction.commit().await?;
    Ok(Step::Went(deleted))
}

/// Deletes contacts of a client; all, where no limit is given.
pub(super) async fn delete_contacts(
    connection: &mut PgConnection,
    doomed: Doomed,
    limit: Option<usize>,
) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "WITH step AS MATERIALIZED ( \
            SELECT user_id, id FROM contacts WHERE user_id = $1 AND client_id = $2 ORDER BY id LIMIT $3 FOR UPDATE \
         ) \
         DELETE FROM contacts c USING step WHERE c.user_id = step.user_id AND c.id = step.id",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
        limit.map_or(i64::MAX, |limit| limit as i64),
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
