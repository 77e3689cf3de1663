//! Making a client.

use roster_domain::values::Region;
use roster_domain::{Client, NewClient, UserId};
use sqlx::{PgConnection, PgPool};

use crate::rows::ClientRow;
use crate::transaction::begin;
use crate::{groups, users};

pub(super) async fn create(pool: &PgPool, user: UserId, client: &NewClient) -> sqlx::Result<Option<Client>> {
    let mut transaction = begin(pool).await?;
    if !users::hold(&mut transaction, user).await? {
        return Ok(None);
    }
    let client = insert(&mut transaction, user, client, false).await?;
    transaction.commit().await?;
    Ok(Some(client))
}

/// Makes a client of a user who is there, with its credentials and its default group.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    user: UserId,
    client: &NewClient,
    is_default: bool,
) -> sqlx::Result<Client> {
    let row = sqlx::query_as!(
        ClientRow,
        "INSERT INTO clients (user_id, id, name, is_default, session_id, region, created_at, updated_at, \
                              revision) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) \
         RETURNING id, name, is_default, session_id, region, created_at, updated_at, revision",
        user.as_bytes().as_slice(),
        client.id.as_bytes().as_slice(),
        client.name.as_str(),
        is_default,
        client.session_id.as_str(),
        client.region.as_ref().map(Region::as_str),
        client.created_at.to_utc(),
        client.updated_at.to_utc(),
    )
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO client_credentials (session_id, user_id, client_id, token_hash) VALUES ($1, $2, $3, $4)",
        client.session_id.as_str(),
        user.as_bytes().as_slice(),
        client.id.as_bytes().as_slice(),
        client.token_hash.0.as_slice(),
    )
    .execute(&mut *connection)
    .await?;
    groups::insert(connection, user, client.id, &client.group, true).await?;
    Client::try_from(row)
}
