//! The user, and what their password must verify against.

use roster_domain::{User, UserId};
use sqlx::PgPool;

use crate::rows::UserRow;

pub(super) async fn get(pool: PgPool, user: UserId) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        UserRow,
        "SELECT id, email, firstname, lastname, created_at, updated_at, revision \
         FROM users WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL",
        user.as_bytes().as_slice(),
    )
    .fetch_optional(&pool)
    .await?
    .map(User::try_from)
    .transpose()
}

pub(super) async fn password_hash(pool: PgPool, user: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT password_hash FROM users WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL",
        user.as_bytes().as_slice(),
    )
    .fetch_optional(&pool)
    .await
}
