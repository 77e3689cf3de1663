//! Taking a client over from another system.

use roster_domain::ports::ClientAdoption;
use roster_domain::{ClientId, NewClient, UserId};
use sqlx::PgPool;

use super::create::create;
use super::read;
use crate::error::{Violation, violation};
use crate::transaction::again;
use crate::users;

pub(crate) async fn adopt(pool: PgPool, user: UserId, client: NewClient) -> sqlx::Result<ClientAdoption> {
    if !users::is_kept(&pool, user).await? {
        return Ok(ClientAdoption::UserGone);
    }
    if read::get(pool.clone(), user, client.id).await?.is_some() {
        return Ok(ClientAdoption::Present);
    }
    if is_anothers(&pool, user, client.id).await? {
        return Ok(ClientAdoption::IdTaken);
    }
    match again(|| create(&pool, user, &client)).await {
        Ok(Some(_)) => Ok(ClientAdoption::Done),
        Ok(None) => Ok(ClientAdoption::UserGone),
        Err(error) => match violation(&error) {
            // It was taken over meanwhile.
            Some(Violation::ClientThere) => Ok(ClientAdoption::Present),
            Some(Violation::SessionIdTaken) => Ok(ClientAdoption::SessionIdTaken),
            Some(Violation::GroupThere) => Ok(ClientAdoption::GroupIdTaken),
            _ => Err(error),
        },
    }
}

/// Whether another account has a client with this id. The tables would hold both: it is the command line that names a
/// client by its id alone.
pub(crate) async fn is_anothers(pool: &PgPool, user: UserId, id: ClientId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM clients WHERE id = $1 AND user_id <> $2) AS \"any!\"",
        id.as_bytes().as_slice(),
        user.as_bytes().as_slice(),
    )
    .fetch_one(pool)
    .await
}
