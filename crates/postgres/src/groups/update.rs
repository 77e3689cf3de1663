//! Changing a group.

use roster_domain::ports::GroupUpdate;
use roster_domain::values::GroupTitle;
use roster_domain::{ContactGroup, GroupChanges, GroupId, Scope, Timestamp};
use sqlx::PgPool;

use super::locks::{lock_client, lock_group, unset_default};
use super::single;
use crate::keys::client_bytes;
use crate::rows::GroupRow;
use crate::transaction::{again, begin};

pub(super) async fn update(
    pool: PgPool,
    scope: Scope,
    id: GroupId,
    changes: GroupChanges,
    at: Timestamp,
) -> sqlx::Result<GroupUpdate> {
    if changes.is_default.is_some() {
        return again(|| update_default(&pool, &scope, id, &changes, at)).await;
    }
    match retitle(&pool, &scope, id, changes.title.as_ref(), at).await? {
        Some(row) => ContactGroup::try_from(row).map(GroupUpdate::Done),
        // The title doesn't differ, or there is no such group. Looked up by a statement of its own, since the one above
        // may have waited for a change that it didn't see when it began.
        None => Ok(single::get(pool, scope, id).await?.map_or(GroupUpdate::Absent, GroupUpdate::Done)),
    }
}

/// One statement; where the title doesn't differ when the row is locked, nothing is written.
async fn retitle(
    pool: &PgPool,
    scope: &Scope,
    id: GroupId,
    title: Option<&GroupTitle>,
    at: Timestamp,
) -> sqlx::Result<Option<GroupRow>> {
    let (user, client) = (scope.user(), scope.client());
    sqlx::query_as!(
        GroupRow,
        "UPDATE contact_groups SET title = $4, updated_at = $5, revision = revision + 1 \
         WHERE user_id = $1 AND id = $2 AND client_id = COALESCE($3, client_id) AND title <> $4 \
         RETURNING id, client_id, title, is_default, created_at, updated_at, legacy_version, revision",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
        client_bytes(client.as_ref()),
        title.map(GroupTitle::as_str),
        at.to_utc(),
    )
    .fetch_optional(pool)
    .await
}

/// A change that says something about which group is the default.
async fn update_default(
    pool: &PgPool,
    scope: &Scope,
    id: GroupId,
    changes: &GroupChanges,
    at: Timestamp,
) -> sqlx::Result<GroupUpdate> {
    let user = scope.user();
    let Some((client, _)) = single::find(pool, scope, id).await? else {
        return Ok(GroupUpdate::Absent);
    };
    let mut transaction = begin(pool).await?;
    if lock_client(&mut transaction, user, Some(client)).await?.is_none() {
        return Ok(GroupUpdate::Absent);
    }
    let Some(before) = lock_group(&mut transaction, user, client, id).await? else {
        return Ok(GroupUpdate::Absent);
    };
    if before.is_default && changes.is_default == Some(false) {
        return Ok(GroupUpdate::DefaultGroup);
    }
    let becomes_default = !before.is_default && changes.is_default == Some(true);
    let title = changes.title.as_ref().map_or(before.title.as_str(), GroupTitle::as_str);
    if !becomes_default && title == before.title {
        return ContactGroup::try_from(before).map(GroupUpdate::Done);
    }
    if becomes_default {
        unset_default(&mut transaction, user, client, at).await?;
    }
    let after = sqlx::query_as!(
        GroupRow,
        "UPDATE contact_groups SET title = $3, is_default = $4, updated_at = $5, revision = revision + 1 \
         WHERE user_id = $1 AND id = $2 \
         RETURNING id, client_id, title, is_default, created_at, updated_at, legacy_version, revision",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
        title,
        before.is_default || becomes_default,
        at.to_utc(),
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    ContactGroup::try_from(after).map(GroupUpdate::Done)
}
