//! Replacing a client's credentials.

use roster_domain::{AuditEntry, Client, ClientId, NewCredentials, Timestamp, UserId};
use sqlx::{PgConnection, PgPool};

use super::update::lock;
use crate::rows::ClientRow;
use crate::transaction::begin;
use crate::{audit, revocations, users};

pub(super) async fn replace(
    pool: &PgPool,
    user: UserId,
    id: ClientId,
    credentials: &NewCredentials,
    at: Timestamp,
    entry: &AuditEntry,
) -> sqlx::Result<Option<Client>> {
    let mut transaction = begin(pool).await?;
    if !users::hold(&mut transaction, user).await? {
        return Ok(None);
    }
    let Some(before) = lock(&mut transaction, user, id).await? else {
        return Ok(None);
    };
    delete(&mut transaction, user, &before.session_id).await?;
    sqlx::query!(
        "INSERT INTO client_credentials (session_id, user_id, client_id, token_hash) VALUES ($1, $2, $3, $4)",
        credentials.session_id.as_str(),
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
        credentials.token_hash.0.as_slice(),
    )
    .execute(&mut *transaction)
    .await?;
    let after = sqlx::query_as!(
        ClientRow,
        "UPDATE clients SET session_id = $3, updated_at = $4, revision = revision + 1 \
         WHERE user_id = $1 AND id = $2 \
         RETURNING id, name, is_default, session_id, region, created_at, updated_at, revision",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
        credentials.session_id.as_str(),
        at.to_utc(),
    )
    .fetch_one(&mut *transaction)
    .await?;
    audit::insert(&mut transaction, entry).await?;
    revocations::tell(&mut transaction, user).await?;
    transaction.commit().await?;
    Client::try_from(after).map(Some)
}

/// Deletes the credentials that are found by this.
pub(super) async fn delete(connection: &mut PgConnection, user: UserId, session_id: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM client_credentials WHERE session_id = $1 AND user_id = $2",
        session_id,
        user.as_bytes().as_slice(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
