//! Deriving anew what contacts are found by, some of a client's rows at a time, in the order of their ids.
//!
//! The client is locked, so several servers take turns. Whoever writes a contact meanwhile derives it under the region
//! that its group has by then, so a row that this has passed is right, and one that comes is.

use std::time::Duration;

use roster_domain::ports::STEP_ROWS;
use roster_domain::values::{ContactName, E164, Number, Region};
use roster_domain::{ClientId, Derived, UserId};
use sqlx::{PgConnection, PgPool};

use crate::error::lost_connection;
use crate::keys::BELOW_ALL;
use crate::rows::id;
use crate::transaction::{again, begin_bulk};

/// Derives a client's contacts, all of them, behind the back of whoever changed the client. What ends it early is left
/// to [`derive_some`].
pub(crate) fn derive_behind(pool: PgPool, statement_timeout: Duration, user: UserId, client: ClientId) {
    tokio::spawn(async move {
        loop {
            match again(|| step(&pool, statement_timeout, user, client)).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(sqlx::Error::PoolClosed) => return,
                Err(error) => {
                    let error = crate::error::store_error(error);
                    tracing::warn!(%error, "contacts are derived anew later");
                    return;
                }
            }
        }
    });
}

/// Derives a client's contacts, all of them, for an act that wants them right.
pub(crate) async fn derive_to_the_end(
    pool: &PgPool,
    statement_timeout: Duration,
    user: UserId,
    client: ClientId,
) -> sqlx::Result<()> {
    while again(|| step(pool, statement_timeout, user, client)).await? {}
    Ok(())
}

/// Whether there may be more. A client whose contacts can't be derived keeps nobody else's waiting, and is an error once
/// there is nobody else.
pub(super) async fn derive_some(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<bool> {
    let (mut after, mut refusal) = (None, None);
    while let Some((user, client)) = first_behind(pool, after).await? {
        match again(|| step(pool, statement_timeout, user, client)).await {
            Err(error) if is_of_one(&error) => {
                after = Some((user, client));
                refusal.get_or_insert(error);
            }
            outcome => return outcome.map(|_| true),
        }
    }
    refusal.map_or(Ok(false), Err)
}

/// Whether another client may fare better: it is no failure of the connection or the server.
fn is_of_one(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. })
        && !lost_connection(error)
}

/// The first client that isn't through, behind this one.
async fn first_behind(pool: &PgPool, after: Option<(UserId, ClientId)>) -> sqlx::Result<Option<(UserId, ClientId)>> {
    let after = after.as_ref().map(|(user, client)| (user.as_bytes().as_slice(), client.as_bytes().as_slice()));
    let (user, client) = after.unwrap_or((BELOW_ALL, BELOW_ALL));
    let next = sqlx::query!(
        "SELECT user_id, id FROM clients WHERE derive_after IS NOT NULL AND (user_id, id) > ($1, $2) \
         ORDER BY user_id, id LIMIT 1",
        user,
        client,
    )
    .fetch_optional(pool)
    .await?;
    next.map(|next| Ok((id(&next.user_id, "clients.user_id")?, id(&next.id, "clients.id")?))).transpose()
}

/// Derives the next contacts of a client: a transaction of its own. `false`: none is left.
async fn step(pool: &PgPool, statement_timeout: Duration, user: UserId, client: ClientId) -> sqlx::Result<bool> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let (user, client) = (user.as_bytes().as_slice(), client.as_bytes().as_slice());
    let state = sqlx::query!(
        "SELECT region, derive_after AS \"derive_after!\" FROM clients \
         WHERE user_id = $1 AND id = $2 AND derive_after IS NOT NULL FOR NO KEY UPDATE",
        user,
        client,
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(state) = state else {
        return Ok(false);
    };
    let region = state.region.map(Region::from_stored);
    let rows = next_rows(&mut transaction, user, client, &state.derive_after).await?;
    let last = (rows.len() == STEP_ROWS).then(|| rows.last().map(|row| row.id.clone())).flatten();
    write(&mut transaction, user, rows, region.as_ref()).await?;
    sqlx::query!("UPDATE clients SET derive_after = $3 WHERE user_id = $1 AND id = $2", user, client, last)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(last.is_some())
}

/// A contact, with what is derived of it so far.
struct Row {
    id: Vec<u8>,
    name: String,
    number: String,
    number_kind: String,
    e164: Option<String>,
    name_key: String,
    search_key: String,
}

/// Locked: whoever changes the name alone takes what was derived of the number as it stands.
async fn next_rows(connection: &mut PgConnection, user: &[u8], client: &[u8], after: &[u8]) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        "SELECT id, name, number, number_kind, e164, name_key, search_key FROM contacts \
         WHERE user_id = $1 AND client_id = $2 AND id > $3 ORDER BY id LIMIT $4 FOR NO KEY UPDATE",
        user,
        client,
        after,
        STEP_ROWS as i64,
    )
    .fetch_all(connection)
    .await
}

/// Writes what differs.
async fn write(
    connection: &mut PgConnection,
    user: &[u8],
    rows: Vec<Row>,
    region: Option<&Region>,
) -> sqlx::Result<()> {
    let differing: Vec<(Vec<u8>, Derived)> = rows.into_iter().filter_map(|row| anew(row, region)).collect();
    if differing.is_empty() {
        return Ok(());
    }
    let ids: Vec<&[u8]> = differing.iter().map(|(id, _)| id.as_slice()).collect();
    let kinds: Vec<&str> = differing.iter().map(|(_, derived)| derived.number.kind.as_str()).collect();
    let e164s: Vec<Option<&str>> =
        differing.iter().map(|(_, derived)| derived.number.e164.as_ref().map(E164::as_str)).collect();
    let name_keys: Vec<&str> = differing.iter().map(|(_, derived)| derived.name_key.as_str()).collect();
    let search_keys: Vec<&str> = differing.iter().map(|(_, derived)| derived.search_key.as_str()).collect();
    sqlx::query!(
        "UPDATE contacts c \
         SET number_kind = d.number_kind, e164 = d.e164, name_key = d.name_key, search_key = d.search_key \
         FROM unnest($2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[]) \
              AS d (id, number_kind, e164, name_key, search_key) \
         WHERE c.user_id = $1 AND c.id = d.id",
        user,
        &ids as &[&[u8]],
        &kinds as &[&str],
        &e164s as &[Option<&str>],
        &name_keys as &[&str],
        &search_keys as &[&str],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What is derived of it, where that isn't what stands there.
fn anew(row: Row, region: Option<&Region>) -> Option<(Vec<u8>, Derived)> {
    let (name, number) = (ContactName::from_stored(row.name), Number::from_stored(row.number));
    let derived = Derived::of(&name, &number, region);
    let same = derived.number.kind.as_str() == row.number_kind
        && derived.number.e164.as_ref().map(E164::as_str) == row.e164.as_deref()
        && derived.name_key.as_str() == row.name_key
        && derived.search_key.as_str() == row.search_key;
    (!same).then_some((row.id, derived))
}
