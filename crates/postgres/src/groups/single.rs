//! One group by its id.

use roster_domain::{ContactGroup, GroupId, Scope};
use sqlx::PgPool;

use crate::keys::client_bytes;
use crate::rows::GroupRow;

pub(super) async fn get(pool: PgPool, scope: Scope, id: GroupId) -> sqlx::Result<Option<ContactGroup>> {
    let (user, client) = (scope.user(), scope.client());
    sqlx::query_as!(
        GroupRow,
        "SELECT id, client_id, title, is_default, created_at, updated_at, legacy_version, revision \
         FROM contact_groups WHERE user_id = $1 AND id = $2 AND client_id = COALESCE($3, client_id)",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
        client_bytes(client.as_ref()),
    )
    .fetch_optional(&pool)
    .await?
    .map(ContactGroup::try_from)
    .transpose()
}
