//! Deleting what a list holds, if it is as many as the caller expects.
//!
//! Which contacts go is settled when it begins, by their ids: what comes into the list meanwhile stays, and so does what
//! leaves it before its turn, whichever of the filter's conditions it was that holds no more.

use std::time::Duration;

use roster_domain::ports::{MANY_ROWS, MatchingDeletion, STEP_ROWS};
use roster_domain::values::Region;
use roster_domain::{ContactFilter, Number, NumberInfo, UserId};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};

use super::delete_by_ids::delete_by_ids;
use super::filtered::{self, conditions};
use super::list::List;
use crate::keys::group_bytes;
use crate::steps::Steps;
use crate::transaction::{begin_bulk, begin_reading};

pub(super) async fn delete_matching(
    steps: Steps,
    user: UserId,
    list: List,
    filter: ContactFilter,
    expected: u64,
) -> sqlx::Result<MatchingDeletion> {
    let (pool, statement_timeout) = (&steps.pool, steps.statement_timeout);
    let meant = Meant { user, filter: filter.clone() };
    let Some(ids) = look(pool, statement_timeout, user, list, filter).await? else {
        return Ok(all_or_nothing(0, expected));
    };
    if ids.len() as u64 != expected {
        return Ok(all_or_nothing(ids.len() as u64, expected));
    }
    if ids.len() <= MANY_ROWS {
        return steps.step(|| delete_at_once(pool, statement_timeout, &meant, &ids)).await;
    }
    let mut deleted = 0;
    for some in ids.chunks(STEP_ROWS) {
        deleted += steps.step(|| delete_step(pool, statement_timeout, &meant, some)).await?;
    }
    Ok(MatchingDeletion::Done { deleted })
}

/// What to answer when there is nothing to delete, or not what was expected.
fn all_or_nothing(actual: u64, expected: u64) -> MatchingDeletion {
    if actual == expected {
        MatchingDeletion::Done { deleted: actual }
    } else {
        MatchingDeletion::CountChanged { actual }
    }
}

/// Some may have gone, or have left the list, since they were counted: then all stay.
async fn delete_at_once(
    pool: &PgPool,
    statement_timeout: Duration,
    meant: &Meant,
    ids: &[Vec<u8>],
) -> sqlx::Result<MatchingDeletion> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let deleted = delete(&mut transaction, meant, ids).await?;
    let expected = ids.len() as u64;
    if deleted == expected {
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(all_or_nothing(deleted, expected))
}

async fn delete_step(pool: &PgPool, statement_timeout: Duration, meant: &Meant, ids: &[Vec<u8>]) -> sqlx::Result<u64> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let deleted = delete(&mut transaction, meant, ids).await?;
    transaction.commit().await?;
    Ok(deleted)
}

/// Deletes those that are still in the list; how many it were. Both statements have each row found by the whole of the
/// primary key, and are planned for their own ids: with a plan that was kept from a smaller table, or where the planner
/// knows nothing of the rows yet, each might be looked for among all of the user's.
async fn delete(connection: &mut PgConnection, meant: &Meant, ids: &[Vec<u8>]) -> sqlx::Result<u64> {
    let ids = meant.lock(connection, ids).await?;
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    delete_by_ids(connection, meant.user, &ids).await
}

/// Whose contacts are meant, and what must be so of each when its turn comes. A contact's client never changes.
struct Meant {
    user: UserId,
    filter: ContactFilter,
}

impl Meant {
    /// Locks those of these contacts for which all of it holds, and says which they are. Rows are locked in the order of
    /// their ids, so that two such acts don't wait for one another in a circle.
    async fn lock(&self, connection: &mut PgConnection, ids: &[Vec<u8>]) -> sqlx::Result<Vec<Vec<u8>>> {
        let mut query = QueryBuilder::<Postgres>::new("SELECT m.id, m.number, m.region FROM unnest(");
        query.push_bind(ids.to_vec());
        query.push(
            ") AS k (id) CROSS JOIN LATERAL (SELECT c.id, c.number, \
                (SELECT w.region FROM clients w WHERE w.user_id = c.user_id AND w.id = c.client_id) AS region \
             FROM contacts c WHERE c.user_id = ",
        );
        query.push_bind(self.user.as_bytes().as_slice()).push(" AND c.id = k.id AND c.group_id = COALESCE(");
        query.push_bind(group_bytes(self.filter.group_id.as_ref())).push(", c.group_id)");
        conditions::push(&mut query, &self.filter);
        query.push(" FOR UPDATE OF c) m");
        let rows: Vec<(Vec<u8>, String, Option<String>)> =
            query.build_query_as().persistent(false).fetch_all(connection).await?;
        Ok(rows.into_iter().filter_map(|(id, number, region)| self.has_number(number, region).then_some(id)).collect())
    }

    /// Derived on the spot: what stands in the row may be of another region yet.
    fn has_number(&self, number: String, region: Option<String>) -> bool {
        let Some(wanted) = &self.filter.number else { return true };
        let (number, region) = (Number::from_stored(number), region.map(Region::from_stored));
        let e164 = |number| NumberInfo::derive(number, region.as_ref()).e164;
        number == *wanted || e164(wanted).is_some_and(|wanted| e164(&number) == Some(wanted))
    }
}

/// What a list holds at one instant, oldest first. `None`: there is no such list.
async fn look(
    pool: &PgPool,
    statement_timeout: Duration,
    user: UserId,
    list: List,
    filter: ContactFilter,
) -> sqlx::Result<Option<Vec<Vec<u8>>>> {
    let mut transaction = begin_reading(pool, statement_timeout).await?;
    let Some(extent) = list.extent(&mut transaction, user).await? else {
        return Ok(None);
    };
    let ids = filtered::ids(&mut transaction, user, extent, filter).await?;
    transaction.rollback().await?;
    Ok(Some(ids))
}
