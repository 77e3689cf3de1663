//! Changing a client. Which one is the default changes under a lock on the user, so that of two that are to be it one
//! waits for the other. The unique index sees to it that there is never a second one, this that there is never none.

use roster_domain::ports::ClientUpdate;
use roster_domain::values::{ClientName, Region};
use roster_domain::{Client, ClientChanges, ClientId, Timestamp, UserId};
use sqlx::{PgConnection, PgExecutor, PgPool};

use super::read;
use crate::rows::ClientRow;
use crate::transaction::{again, begin};
use crate::users;

pub(super) async fn update(
    pool: PgPool,
    user: UserId,
    id: ClientId,
    changes: ClientChanges,
    at: Timestamp,
) -> sqlx::Result<ClientUpdate> {
    if changes.is_default.is_some() {
        return again(|| update_default(&pool, user, id, &changes, at)).await;
    }
    match write(&pool, user, id, &changes, at).await? {
        Some(row) => Client::try_from(row).map(ClientUpdate::Done),
        // Nothing differs, or there is no such client. Looked up by a statement of its own, since the one above may
        // have waited for a change that it didn't see when it began.
        None => Ok(read::get(pool, user, id).await?.map_or(ClientUpdate::Absent, ClientUpdate::Done)),
    }
}

/// A change that says something about which client is the default.
async fn update_default(
    pool: &PgPool,
    user: UserId,
    id: ClientId,
    changes: &ClientChanges,
    at: Timestamp,
) -> sqlx::Result<ClientUpdate> {
    let mut transaction = begin(pool).await?;
    if users::lock(&mut transaction, user).await?.is_none() {
        return Ok(ClientUpdate::Absent);
    }
    let Some(before) = lock(&mut transaction, user, id).await? else {
        return Ok(ClientUpdate::Absent);
    };
    match (before.is_default, changes.is_default) {
        (true, Some(false)) => return Ok(ClientUpdate::DefaultClient),
        (false, Some(true)) => unset_default(&mut transaction, user, at).await?,
        _ => {}
    }
    let after = write(&mut *transaction, user, id, changes, at).await?;
    transaction.commit().await?;
    Client::try_from(after.unwrap_or(before)).map(ClientUpdate::Done)
}

/// Locks a client against every change but groups coming into it.
pub(super) async fn lock(connection: &mut PgConnection, user: UserId, id: ClientId) -> sqlx::Result<Option<ClientRow>> {
    sqlx::query_as!(
        ClientRow,
        "SELECT id, name, is_default, session_id, region, created_at, updated_at \
         FROM clients WHERE user_id = $1 AND id = $2 FOR NO KEY UPDATE",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
    )
    .fetch_optional(connection)
    .await
}

/// Makes the default client an ordinary one. Another becomes the default before the transaction ends.
async fn unset_default(connection: &mut PgConnection, user: UserId, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE clients SET is_default = false, updated_at = $2 WHERE user_id = $1 AND is_default",
        user.as_bytes().as_slice(),
        at.to_utc(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What isn't given keeps the value it has when the row is locked; where nothing differs then, nothing is written.
async fn write(
    executor: impl PgExecutor<'_>,
    user: UserId,
    id: ClientId,
    changes: &ClientChanges,
    at: Timestamp,
) -> sqlx::Result<Option<ClientRow>> {
    sqlx::query_as!(
        ClientRow,
        "UPDATE clients \
         SET name = COALESCE($3, name), region = CASE WHEN $4 THEN $5 ELSE region END, \
             is_default = COALESCE($6, is_default), updated_at = $7 \
         WHERE user_id = $1 AND id = $2 \
           AND (name, region, is_default) IS DISTINCT FROM \
               (COALESCE($3, name), CASE WHEN $4 THEN $5 ELSE region END, COALESCE($6, is_default)) \
         RETURNING id, name, is_default, session_id, region, created_at, updated_at",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
        changes.name.as_ref().map(ClientName::as_str),
        changes.region.is_some(),
        changes.region.as_ref().and_then(Option::as_ref).map(Region::as_str),
        changes.is_default,
        at.to_utc(),
    )
    .fetch_optional(executor)
    .await
}
