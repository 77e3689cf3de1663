//! What keeps exactly one default group: whatever changes which groups a client has, or which is its default, locks the
//! client's row first, then the group, then contacts, in several statements, so that each (READ COMMITTED) sees what was
//! committed while it waited. The unique index sees to it that there is never a second one, this that there is never
//! none.
//!
//! The lock on the client is FOR NO KEY UPDATE: making groups, which needs the client to stay (KEY SHARE), goes on
//! meanwhile.

use roster_domain::{ClientId, GroupId, Timestamp, UserId};
use sqlx::PgConnection;

use crate::keys::client_bytes;
use crate::rows::{GroupRow, id};

/// How often the default client may vanish between being found and being used, until there counts as being none.
pub(super) const ATTEMPTS: usize = 5;

/// Locks this client, or the user's default client; `None`: it is gone.
pub(crate) async fn lock_client(
    connection: &mut PgConnection,
    user: UserId,
    client: Option<ClientId>,
) -> sqlx::Result<Option<ClientId>> {
    let Some(client) = client else {
        return lock_default_client(connection, user).await;
    };
    let locked = sqlx::query_scalar!(
        "SELECT id FROM clients WHERE user_id = $1 AND id = $2 FOR NO KEY UPDATE",
        user.as_bytes().as_slice(),
        client.as_bytes().as_slice(),
    )
    .fetch_optional(connection)
    .await?;
    locked.map(|client| id(&client, "clients.id")).transpose()
}

async fn lock_default_client(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Option<ClientId>> {
    let user = user.as_bytes().as_slice();
    for _ in 0..ATTEMPTS {
        // The condition is looked at again once the lock is there, and fails when another has become the default.
        let locked =
            sqlx::query_scalar!("SELECT id FROM clients WHERE user_id = $1 AND is_default FOR NO KEY UPDATE", user)
                .fetch_optional(&mut *connection)
                .await?;
        if let Some(client) = locked {
            return id(&client, "clients.id").map(Some);
        }
        let has_one = sqlx::query_scalar!(
            "SELECT EXISTS (SELECT FROM clients WHERE user_id = $1 AND is_default) AS \"any!\"",
            user,
        )
        .fetch_one(&mut *connection)
        .await?;
        if !has_one {
            break;
        }
    }
    Ok(None)
}

/// Locks a group that the client, if one is given, owns, against every change but contacts coming into it.
pub(super) async fn lock_group(
    connection: &mut PgConnection,
    user: UserId,
    client: Option<ClientId>,
    group: GroupId,
) -> sqlx::Result<Option<GroupRow>> {
    sqlx::query_as!(
        GroupRow,
        "SELECT id, client_id, title, is_default, created_at, updated_at, legacy_version, revision \
         FROM contact_groups WHERE user_id = $1 AND id = $2 AND client_id = COALESCE($3, client_id) \
         FOR NO KEY UPDATE",
        user.as_bytes().as_slice(),
        group.as_bytes().as_slice(),
        client_bytes(client.as_ref()),
    )
    .fetch_optional(connection)
    .await
}

/// Locks a group wholly: no contact comes into it any more, and those that were on their way are in it.
pub(super) async fn close_group(
    connection: &mut PgConnection,
    user: UserId,
    client: ClientId,
    group: GroupId,
) -> sqlx::Result<Option<GroupRow>> {
    sqlx::query_as!(
        GroupRow,
        "SELECT id, client_id, title, is_default, created_at, updated_at, legacy_version, revision \
         FROM contact_groups WHERE user_id = $1 AND id = $2 AND client_id = $3 FOR UPDATE",
        user.as_bytes().as_slice(),
        group.as_bytes().as_slice(),
        client.as_bytes().as_slice(),
    )
    .fetch_optional(connection)
    .await
}

/// The default group. Under the client's lock it stays that.
pub(super) async fn default_group(
    connection: &mut PgConnection,
    user: UserId,
    client: ClientId,
) -> sqlx::Result<GroupId> {
    let group = sqlx::query_scalar!(
        "SELECT id FROM contact_groups WHERE user_id = $1 AND client_id = $2 AND is_default",
        user.as_bytes().as_slice(),
        client.as_bytes().as_slice(),
    )
    .fetch_one(connection)
    .await?;
    id(&group, "contact_groups.id")
}

/// Makes the default group an ordinary one. The client is locked, and another group becomes the default before the
/// transaction ends.
pub(super) async fn unset_default(
    connection: &mut PgConnection,
    user: UserId,
    client: ClientId,
    at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE contact_groups SET is_default = false, updated_at = $3, revision = revision + 1 \
         WHERE user_id = $1 AND client_id = $2 AND is_default",
        user.as_bytes().as_slice(),
        client.as_bytes().as_slice(),
        at.to_utc(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
