//! One client by its id, and pages, oldest first.

use roster_domain::{Client, ClientId, Keyset, Page, UserId};
use sqlx::PgPool;

use crate::keys::BELOW_ALL;
use crate::rows::{self, ClientRow};

pub(super) async fn get(pool: PgPool, user: UserId, id: ClientId) -> sqlx::Result<Option<Client>> {
    sqlx::query_as!(
        ClientRow,
        "SELECT id, name, is_default, session_id, region, created_at, updated_at, revision \
         FROM clients WHERE user_id = $1 AND id = $2",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
    )
    .fetch_optional(&pool)
    .await?
    .map(Client::try_from)
    .transpose()
}

pub(super) async fn page(pool: PgPool, user: UserId, keyset: Keyset<ClientId>) -> sqlx::Result<Page<Client>> {
    let after = keyset.after.as_ref().map_or(BELOW_ALL, |id| id.as_bytes().as_slice());
    let rows = sqlx::query_as!(
        ClientRow,
        "SELECT id, name, is_default, session_id, region, created_at, updated_at, revision \
         FROM clients WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        user.as_bytes().as_slice(),
        after,
        keyset.limit.rows() as i64 + 1,
    )
    .fetch_all(&pool)
    .await?;
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}
