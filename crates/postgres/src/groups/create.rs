//! Making a group.

use roster_domain::{ClientId, ContactGroup, NewGroup, Scope, UserId};
use sqlx::{PgConnection, PgPool};

use super::locks::{ATTEMPTS, lock_client, unset_default};
use crate::rows::GroupRow;
use crate::transaction::{again, begin};

pub(super) async fn create(pool: PgPool, scope: Scope, group: NewGroup) -> sqlx::Result<Option<ContactGroup>> {
    if group.is_default {
        return again(|| create_default(&pool, &scope, &group)).await;
    }
    for _ in 1..ATTEMPTS {
        match create_ordinary(&pool, &scope, &group).await? {
            // It was deleted while the statement waited, so by now another one may be the default client.
            None if scope.client().is_none() => {}
            made => return made.map(ContactGroup::try_from).transpose(),
        }
    }
    create_ordinary(&pool, &scope, &group).await?.map(ContactGroup::try_from).transpose()
}

/// The statement that makes a group in the client found by this condition, and held: its region is the group's until
/// both change together.
macro_rules! insert_into {
    ($client:tt, $group:expr, $user:expr $(, $argument:expr)* $(,)?) => {{
        let group: &NewGroup = $group;
        sqlx::query_as!(
            GroupRow,
            "INSERT INTO contact_groups (user_id, id, client_id, title, is_default, created_at, updated_at, \
                                         legacy_version, revision, region) \
             SELECT c.user_id, $2, c.id, $3, false, $4, $5, $6, 0, c.region \
             FROM clients c WHERE c.user_id = $1 AND " + $client + " FOR KEY SHARE \
             RETURNING id, client_id, title, is_default, created_at, updated_at, legacy_version, revision",
            $user,
            group.id.as_bytes().as_slice(),
            group.title.as_str(),
            group.created_at.to_utc(),
            group.updated_at.to_utc(),
            group.legacy_version
            $(, $argument)*
        )
    }};
}

async fn create_ordinary(pool: &PgPool, scope: &Scope, group: &NewGroup) -> sqlx::Result<Option<GroupRow>> {
    let user = scope.user();
    let user = user.as_bytes().as_slice();
    match scope.client() {
        Some(client) => insert_into!("c.id = $7", group, user, client.as_bytes().as_slice()).fetch_optional(pool).await,
        None => insert_into!("c.is_default", group, user).fetch_optional(pool).await,
    }
}

async fn create_default(pool: &PgPool, scope: &Scope, group: &NewGroup) -> sqlx::Result<Option<ContactGroup>> {
    let user = scope.user();
    let mut transaction = begin(pool).await?;
    let Some(client) = lock_client(&mut transaction, user, scope.client()).await? else {
        return Ok(None);
    };
    unset_default(&mut transaction, user, client, group.created_at).await?;
    let row = insert(&mut transaction, user, client, group, true).await?;
    transaction.commit().await?;
    ContactGroup::try_from(row).map(Some)
}

/// Makes a group in a client that is there.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    user: UserId,
    client: ClientId,
    group: &NewGroup,
    is_default: bool,
) -> sqlx::Result<GroupRow> {
    sqlx::query_as!(
        GroupRow,
        "INSERT INTO contact_groups (user_id, id, client_id, title, is_default, created_at, updated_at, \
                                     legacy_version, revision, region) \
         SELECT c.user_id, $2, c.id, $4, $5, $6, $7, $8, 0, c.region \
         FROM clients c WHERE c.user_id = $1 AND c.id = $3 FOR KEY SHARE \
         RETURNING id, client_id, title, is_default, created_at, updated_at, legacy_version, revision",
        user.as_bytes().as_slice(),
        group.id.as_bytes().as_slice(),
        client.as_bytes().as_slice(),
        group.title.as_str(),
        is_default,
        group.created_at.to_utc(),
        group.updated_at.to_utc(),
        group.legacy_version,
    )
    .fetch_one(connection)
    .await
}
