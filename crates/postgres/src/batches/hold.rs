//! Looking up what a batch speaks of, and holding it.
//!
//! Each statement says of each thing where in its index it begins and ends, in the order of that index: without sorting,
//! no other index leads there, whatever the planner believes. All are planned for their own values.

use std::collections::HashSet;
use std::sync::Arc;

use roster_domain::{Batch, BatchClient, ClientId, Contact, GroupId, Lookup, Region, Scope, UserId};
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{PgConnection, Postgres};

use super::apart;
use crate::columns::contact_columns;
use crate::groups::lock_client;
use crate::rows::{self, ContactRow, id};

/// What is held for a batch before its contacts are.
pub(crate) struct Held {
    pub client: BatchClient,
    pub lookup: Lookup,
    /// Those of its groups that are the client's.
    pub groups: HashSet<GroupId>,
}

/// Whether a batch may begin.
pub(crate) enum Holding {
    Held(Held),
    ClientGone,
    /// See [`Attempt::Behind`](super::Attempt::Behind).
    Behind(ClientId),
}

/// Holds the client and the groups, and says what else the batch speaks of.
pub(crate) async fn all_but_contacts(
    connection: &mut PgConnection,
    scope: &Scope,
    batch: &Arc<Batch>,
) -> sqlx::Result<Holding> {
    let Some((client, is_behind)) = client(&mut *connection, scope).await? else { return Ok(Holding::ClientGone) };
    if is_behind {
        return Ok(Holding::Behind(client.id));
    }
    let (batch, region) = (batch.clone(), client.region.clone());
    let lookup = apart(move || batch.lookup(region.as_ref())).await?;
    let Some(groups) = groups(connection, scope.user(), &client, &lookup.groups).await? else {
        return Ok(Holding::ClientGone);
    };
    Ok(Holding::Held(Held { client, lookup, groups }))
}

/// The client that the batch is about, and whether its contacts are being derived anew. Locked, it stays as it is, and
/// so does which of its groups is the default. `None`: it is gone.
pub(crate) async fn client(connection: &mut PgConnection, scope: &Scope) -> sqlx::Result<Option<(BatchClient, bool)>> {
    let user = scope.user();
    let Some(client) = lock_client(&mut *connection, user, scope.client()).await? else { return Ok(None) };
    let state = sqlx::query!(
        "SELECT c.region, c.derive_after IS NOT NULL AS \"is_behind!\", ( \
             SELECT g.id FROM contact_groups g WHERE g.user_id = c.user_id AND g.client_id = c.id AND g.is_default \
         ) AS default_group \
         FROM clients c WHERE c.user_id = $1 AND c.id = $2",
        user.as_bytes().as_slice(),
        client.as_bytes().as_slice(),
    )
    .fetch_one(connection)
    .await?;
    let Some(default_group) = state.default_group else { return Ok(None) };
    let (region, default_group) = (state.region.map(Region::from_stored), id(&default_group, "contact_groups.id")?);
    Ok(Some((BatchClient { id: client, region, default_group }, state.is_behind)))
}

/// Which of the groups are the client's: they stay, and so does the default one. `None`: that has gone, together with the
/// account.
pub(crate) async fn groups(
    connection: &mut PgConnection,
    user: UserId,
    client: &BatchClient,
    groups: &[GroupId],
) -> sqlx::Result<Option<HashSet<GroupId>>> {
    let mut wanted: Vec<&[u8]> = groups.iter().map(|id| id.as_bytes().as_slice()).collect();
    wanted.push(client.default_group.as_bytes());
    wanted.sort_unstable();
    wanted.dedup();
    let held: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT m.id FROM unnest($3::bytea[]) AS k (id) CROSS JOIN LATERAL ( \
             SELECT g.id FROM contact_groups g \
             WHERE g.user_id = $1 AND g.client_id = $2 AND g.id >= k.id AND g.id <= k.id ORDER BY g.id FOR KEY SHARE \
         ) m",
    )
    .bind(user.as_bytes().as_slice())
    .bind(client.id.as_bytes().as_slice())
    .bind(wanted)
    .persistent(false)
    .fetch_all(connection)
    .await?;
    let held: HashSet<GroupId> =
        held.iter().map(|group| id(group, "contact_groups.id")).collect::<sqlx::Result<_>>()?;
    Ok(held.contains(&client.default_group).then_some(held))
}

/// The contacts. Those of the client are locked, in the order of their ids; of another's it only matters that they are
/// there.
pub(crate) async fn contacts(
    connection: &mut PgConnection,
    user: UserId,
    client: ClientId,
    lookup: &Lookup,
) -> sqlx::Result<Vec<Contact>> {
    let wanted: Vec<&[u8]> = lookup.ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let found = seen(&mut *connection, user, &wanted).await?;
    let (own, mut found): (Vec<_>, Vec<_>) = found.into_iter().partition(|row| row.client_id == client.as_bytes());
    let mut ids: Vec<Vec<u8>> = own.into_iter().map(|row| row.id).collect();
    if !lookup.numbers.is_empty() {
        ids.extend(with_numbers(connection, user, client, lookup, &ids).await?);
    }
    if !ids.is_empty() {
        ids.sort_unstable();
        ids.dedup();
        let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
        // Looked at again once the lock is there: by then one may be gone, or have another number.
        found.extend(read(HELD, user, &ids).fetch_all(connection).await?);
    }
    rows::all(found)
}

/// The user's contacts with these ids, none of them locked.
pub(crate) async fn seen(connection: &mut PgConnection, user: UserId, ids: &[&[u8]]) -> sqlx::Result<Vec<ContactRow>> {
    read(SEEN, user, ids).fetch_all(connection).await
}

/// `$lock`: how they are held.
macro_rules! contacts {
    ($lock:literal) => {
        concat!(
            "SELECT m.* FROM unnest($2::bytea[]) AS k (id) CROSS JOIN LATERAL (SELECT ",
            contact_columns!("c"),
            " FROM contacts c WHERE c.user_id = $1 AND c.id >= k.id AND c.id <= k.id ORDER BY c.id",
            $lock,
            ") m"
        )
    };
}

const SEEN: &str = contacts!("");
const HELD: &str = contacts!(" FOR UPDATE");

fn read<'q>(
    statement: &'static str,
    user: UserId,
    ids: &'q [&'q [u8]],
) -> QueryAs<'q, Postgres, ContactRow, PgArguments> {
    sqlx::query_as(statement).bind(user.as_bytes().to_vec()).bind(ids).persistent(false)
}

/// Beside those: each is passed over once at most, since it has one number.
async fn with_numbers(
    connection: &mut PgConnection,
    user: UserId,
    client: ClientId,
    lookup: &Lookup,
    beside: &[Vec<u8>],
) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar(
        "SELECT m.id FROM unnest($3::text[]) AS k (key) CROSS JOIN LATERAL ( \
             SELECT c.id FROM contacts c \
             WHERE c.user_id = $1 AND c.client_id = $2 \
               AND (COALESCE(c.e164, c.number) COLLATE \"C\") >= k.key \
               AND (COALESCE(c.e164, c.number) COLLATE \"C\") <= k.key \
               AND c.id <> ALL ($5::bytea[]) \
             ORDER BY (COALESCE(c.e164, c.number) COLLATE \"C\"), c.id LIMIT $4 \
         ) m",
    )
    .bind(user.as_bytes().as_slice())
    .bind(client.as_bytes().as_slice())
    .bind(&lookup.numbers)
    .bind(Lookup::MOST_OF_A_NUMBER as i64)
    .bind(beside)
    .persistent(false)
    .fetch_all(connection)
    .await
}
