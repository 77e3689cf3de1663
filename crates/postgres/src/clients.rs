//! [`ClientRepository`].

use async_trait::async_trait;
use roster_domain::ports::{ClientRepository, Result};
use roster_domain::values::Region;
use roster_domain::{Account, Client, ClientId, Keyset, NewClient, Page, UserId};
use sqlx::{PgConnection, PgPool};

use crate::PostgresStore;
use crate::keys::BELOW_ALL;
use crate::rows::{self, ClientRow};
use crate::transaction::{again, begin};

#[async_trait]
impl ClientRepository for PostgresStore {
    async fn create(&self, account: &Account, client: NewClient) -> Result<Option<Client>> {
        let (pool, user) = (self.pool.clone(), account.user());
        self.act(async move { again(|| create(&pool, user, &client)).await }).await
    }

    async fn page(&self, account: &Account, keyset: Keyset<ClientId>) -> Result<Page<Client>> {
        self.act(page(self.pool.clone(), account.user(), keyset)).await
    }
}

async fn create(pool: &PgPool, user: UserId, client: &NewClient) -> sqlx::Result<Option<Client>> {
    let mut transaction = begin(pool).await?;
    // Whoever disables or erases the user meanwhile waits until the client is there to go as well.
    let user_row = sqlx::query_scalar!(
        "SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL FOR SHARE",
        user.as_bytes().as_slice(),
    );
    if user_row.fetch_optional(&mut *transaction).await?.is_none() {
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
        "INSERT INTO clients (user_id, id, name, is_default, session_id, region, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         RETURNING id, name, is_default, session_id, region, created_at, updated_at",
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
    crate::groups::insert(connection, user, client.id, &client.group, true).await?;
    Client::try_from(row)
}

async fn page(pool: PgPool, user: UserId, keyset: Keyset<ClientId>) -> sqlx::Result<Page<Client>> {
    let after = keyset.after.as_ref().map_or(BELOW_ALL, |id| id.as_bytes().as_slice());
    let rows = sqlx::query_as!(
        ClientRow,
        "SELECT id, name, is_default, session_id, region, created_at, updated_at \
         FROM clients WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        user.as_bytes().as_slice(),
        after,
        keyset.limit.rows() as i64 + 1,
    )
    .fetch_all(&pool)
    .await?;
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}
