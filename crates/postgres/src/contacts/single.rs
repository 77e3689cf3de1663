//! One contact by its id.

use roster_domain::{Contact, ContactId, Scope};
use sqlx::PgPool;

use crate::keys::client_bytes;
use crate::rows::ContactRow;

pub(super) async fn get(pool: PgPool, scope: Scope, id: ContactId) -> sqlx::Result<Option<Contact>> {
    let (user, client) = (scope.user(), scope.client());
    sqlx::query_as!(
        ContactRow,
        "SELECT id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, survey_sort_text, \
                created_at, updated_at, legacy_version, revision \
         FROM contacts WHERE user_id = $1 AND id = $2 AND client_id = COALESCE($3, client_id)",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
        client_bytes(client.as_ref()),
    )
    .fetch_optional(&pool)
    .await?
    .map(Contact::try_from)
    .transpose()
}

pub(super) async fn delete(pool: PgPool, scope: Scope, id: ContactId) -> sqlx::Result<bool> {
    let (user, client) = (scope.user(), scope.client());
    let deleted = sqlx::query!(
        "DELETE FROM contacts WHERE user_id = $1 AND id = $2 AND client_id = COALESCE($3, client_id)",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
        client_bytes(client.as_ref()),
    )
    .execute(&pool)
    .await?;
    Ok(deleted.rows_affected() == 1)
}
