//! Changing a client. Which one is the default changes under a lock on the user, so that of two that are to be it one
//! waits for the other. The unique index sees to it that there is never a second one, this that there is never none.
//!
//! What is derived of a contact's number is derived under the region that stands in the contact's group, which whoever
//! writes the contact holds. So a new region is written to the groups too, once nobody holds them: from then on what
//! comes is derived under the new one, and what is there is derived anew (`housekeeping/derivation.rs`).

use roster_domain::ports::ClientUpdate;
use roster_domain::values::Region;
use roster_domain::{Client, ClientChanges, ClientId, Precondition, Timestamp, UserId};
use sqlx::{PgConnection, PgPool};

use crate::rows::ClientRow;
use crate::transaction::begin;
use crate::users;

/// What became of the client, and whether its contacts are to be derived anew.
pub(super) async fn update(
    pool: &PgPool,
    user: UserId,
    id: ClientId,
    changes: &ClientChanges,
    precondition: &Precondition,
    at: Timestamp,
) -> sqlx::Result<(ClientUpdate, bool)> {
    let mut transaction = begin(pool).await?;
    if changes.is_default.is_some() && users::lock(&mut transaction, user).await?.is_none() {
        return Ok((ClientUpdate::Absent, false));
    }
    let locked = match changes.region {
        Some(_) => close(&mut transaction, user, id).await?,
        None => lock(&mut transaction, user, id).await?,
    };
    let Some(before) = locked.map(Client::try_from).transpose()? else {
        return Ok((ClientUpdate::Absent, false));
    };
    if !precondition.admits(before.version()) {
        return Ok((ClientUpdate::Stale, false));
    }
    if before.is_default && changes.is_default == Some(false) {
        return Ok((ClientUpdate::DefaultClient, false));
    }
    let mut after = changed(&before, changes);
    if after == before {
        return Ok((ClientUpdate::Done(before), false));
    }
    (after.updated_at, after.revision) = (at, before.revision + 1);
    if after.is_default != before.is_default {
        unset_default(&mut transaction, user, at).await?;
    }
    write(&mut transaction, user, &after).await?;
    let moves = after.region != before.region;
    if moves {
        move_groups(&mut transaction, user, &after).await?;
    }
    transaction.commit().await?;
    Ok((ClientUpdate::Done(after), moves))
}

fn changed(before: &Client, changes: &ClientChanges) -> Client {
    let ClientChanges { name, region, is_default } = changes.clone();
    let before = before.clone();
    Client {
        name: name.unwrap_or(before.name),
        region: region.unwrap_or(before.region),
        is_default: is_default.unwrap_or(before.is_default),
        ..before
    }
}

/// Locks a client against every change but groups coming into it.
pub(super) async fn lock(connection: &mut PgConnection, user: UserId, id: ClientId) -> sqlx::Result<Option<ClientRow>> {
    sqlx::query_as!(
        ClientRow,
        "SELECT id, name, is_default, session_id, region, created_at, updated_at, revision \
         FROM clients WHERE user_id = $1 AND id = $2 FOR NO KEY UPDATE",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
    )
    .fetch_optional(connection)
    .await
}

/// Locks a client wholly: no group comes into it any more, and those that were on their way are in it.
pub(super) async fn close(
    connection: &mut PgConnection,
    user: UserId,
    id: ClientId,
) -> sqlx::Result<Option<ClientRow>> {
    sqlx::query_as!(
        ClientRow,
        "SELECT id, name, is_default, session_id, region, created_at, updated_at, revision \
         FROM clients WHERE user_id = $1 AND id = $2 FOR UPDATE",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
    )
    .fetch_optional(connection)
    .await
}

/// Locks a client's groups wholly: no contact comes into them any more, and those that were on their way are in them.
pub(super) async fn close_groups(connection: &mut PgConnection, user: UserId, id: ClientId) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT id FROM contact_groups WHERE user_id = $1 AND client_id = $2 ORDER BY id FOR UPDATE",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// Makes the default client an ordinary one. Another becomes the default before the transaction ends.
async fn unset_default(connection: &mut PgConnection, user: UserId, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE clients SET is_default = false, updated_at = $2, revision = revision + 1 \
         WHERE user_id = $1 AND is_default",
        user.as_bytes().as_slice(),
        at.to_utc(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write(connection: &mut PgConnection, user: UserId, client: &Client) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE clients \
         SET name = $3, region = $4, is_default = $5, updated_at = $6, revision = $7, \
             derive_after = CASE WHEN region IS DISTINCT FROM $4 THEN ''::bytea ELSE derive_after END \
         WHERE user_id = $1 AND id = $2",
        user.as_bytes().as_slice(),
        client.id.as_bytes().as_slice(),
        client.name.as_str(),
        client.region.as_ref().map(Region::as_str),
        client.is_default,
        client.updated_at.to_utc(),
        client.revision,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a client's groups along to its new region.
async fn move_groups(connection: &mut PgConnection, user: UserId, client: &Client) -> sqlx::Result<()> {
    close_groups(connection, user, client.id).await?;
    sqlx::query!(
        "UPDATE contact_groups SET region = $3 WHERE user_id = $1 AND client_id = $2",
        user.as_bytes().as_slice(),
        client.id.as_bytes().as_slice(),
        client.region.as_ref().map(Region::as_str),
    )
    .execute(connection)
    .await?;
    Ok(())
}
