//! How many a list holds, and which.

use std::time::Duration;

use roster_domain::{ContactFilter, UserId};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};

use super::{Extent, List, Source};
use crate::transaction::begin_reading;

pub(in crate::contacts) async fn count(
    pool: PgPool,
    statement_timeout: Duration,
    user: UserId,
    list: List,
    filter: ContactFilter,
) -> sqlx::Result<u64> {
    let mut transaction = begin_reading(&pool, statement_timeout).await?;
    let Some(extent) = list.extent(&mut transaction, user).await? else {
        return Ok(0);
    };
    let source = Source::of(&mut transaction, user, extent, filter).await?;
    let mut query = QueryBuilder::<Postgres>::new("SELECT count(*)");
    source.push(&mut query);
    let count: i64 = query.build_query_scalar().fetch_one(&mut *transaction).await?;
    Ok(count.unsigned_abs())
}

/// The ids of all that match, oldest first.
pub(crate) async fn ids(
    connection: &mut PgConnection,
    user: UserId,
    extent: Extent,
    filter: ContactFilter,
) -> sqlx::Result<Vec<Vec<u8>>> {
    let source = Source::of(connection, user, extent, filter).await?;
    let mut query = QueryBuilder::<Postgres>::new("SELECT c.id");
    source.push(&mut query);
    let mut ids: Vec<Vec<u8>> = query.build_query_scalar().fetch_all(connection).await?;
    // Not by the statement: to spare the sorting it would walk the whole list for the few that have a number.
    ids.sort_unstable();
    Ok(ids)
}
