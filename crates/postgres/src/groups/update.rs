//! Changing a group.

use roster_domain::ports::GroupUpdate;
use roster_domain::{ClientId, ContactGroup, GroupChanges, GroupId, Precondition, Scope, Timestamp};
use sqlx::{PgConnection, PgPool};

use super::locks::{lock_client, lock_group, unset_default};
use super::single;
use crate::transaction::begin;

pub(super) async fn update(
    pool: &PgPool,
    scope: &Scope,
    id: GroupId,
    changes: &GroupChanges,
    precondition: &Precondition,
    at: Timestamp,
) -> sqlx::Result<GroupUpdate> {
    let user = scope.user();
    let client = match owner_to_lock(pool, scope, id, changes).await? {
        Ok(client) => client,
        Err(absent) => return Ok(absent),
    };
    let mut transaction = begin(pool).await?;
    if client.is_some() && lock_client(&mut transaction, user, client).await?.is_none() {
        return Ok(GroupUpdate::Absent);
    }
    let locked = lock_group(&mut transaction, user, client.or(scope.client()), id).await?;
    let Some(before) = locked.map(ContactGroup::try_from).transpose()? else {
        return Ok(GroupUpdate::Absent);
    };
    if !precondition.admits(before.version()) {
        return Ok(GroupUpdate::Stale);
    }
    if before.is_default && changes.is_default == Some(false) {
        return Ok(GroupUpdate::DefaultGroup);
    }
    let mut after = changed(&before, changes);
    if after == before {
        return Ok(GroupUpdate::Done(before));
    }
    (after.updated_at, after.revision) = (at, before.revision + 1);
    if after.is_default != before.is_default {
        unset_default(&mut transaction, user, after.client_id, at).await?;
    }
    write(&mut transaction, scope, &after).await?;
    transaction.commit().await?;
    Ok(GroupUpdate::Done(after))
}

/// The client that must be locked first, because the change says something about which of its groups is the default.
async fn owner_to_lock(
    pool: &PgPool,
    scope: &Scope,
    id: GroupId,
    changes: &GroupChanges,
) -> sqlx::Result<Result<Option<ClientId>, GroupUpdate>> {
    if changes.is_default.is_none() {
        return Ok(Ok(None));
    }
    let group = single::get(pool.clone(), *scope, id).await?;
    Ok(group.map_or(Err(GroupUpdate::Absent), |group| Ok(Some(group.client_id))))
}

fn changed(before: &ContactGroup, changes: &GroupChanges) -> ContactGroup {
    let GroupChanges { title, is_default } = changes.clone();
    let before = before.clone();
    ContactGroup { title: title.unwrap_or(before.title), is_default: is_default.unwrap_or(before.is_default), ..before }
}

async fn write(connection: &mut PgConnection, scope: &Scope, group: &ContactGroup) -> sqlx::Result<()> {
    let user = scope.user();
    sqlx::query!(
        "UPDATE contact_groups SET title = $3, is_default = $4, updated_at = $5, revision = $6 \
         WHERE user_id = $1 AND id = $2",
        user.as_bytes().as_slice(),
        group.id.as_bytes().as_slice(),
        group.title.as_str(),
        group.is_default,
        group.updated_at.to_utc(),
        group.revision,
    )
    .execute(connection)
    .await?;
    Ok(())
}
