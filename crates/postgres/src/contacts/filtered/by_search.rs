//! What may stand close together in a list or far apart: frequent words are found soonest by walking the list, rare
//! ones by the index of trigrams, which costs the same wherever the next page begins. So a list is walked as long as
//! what has been found promises that a page is full soon, and what is left is looked up.

use roster_domain::ContactFilter;
use sqlx::{Executor, PgConnection, Postgres, QueryBuilder};

use super::stretch::COLUMNS;
use super::{Stretch, conditions, walk};
use crate::rows::ContactRow;

/// So many rows are walked before anything is known about the words.
const FIRST_STEPS: usize = 500;

/// For what needs longer walks than this the index is faster, in a list of a hundred thousand; in longer ones it is slower
/// in proportion, since it finds all that match.
const WORTHWHILE_STEPS: usize = 10_000;

pub(super) async fn page(
    connection: &mut PgConnection,
    mut stretch: Stretch,
    filter: &ContactFilter,
    wanted: usize,
) -> sqlx::Result<Vec<ContactRow>> {
    let mut found = Vec::new();
    let (mut walked, mut steps) = (0, FIRST_STEPS);
    loop {
        let next = walk::some(connection, &stretch, filter, steps).await?;
        walked += steps;
        found.extend(next.rows);
        if found.len() >= wanted || next.stopped.is_none() {
            found.truncate(wanted);
            return Ok(found);
        }
        stretch.after = next.stopped;
        let promised = (wanted - found.len()) * walked / found.len().max(1);
        if found.is_empty() || promised > WORTHWHILE_STEPS {
            let wanted = wanted - found.len();
            found.extend(rest(connection, &stretch, filter, wanted).await?);
            return Ok(found);
        }
        steps = (promised + promised / 4).max(FIRST_STEPS);
    }
}

/// All that match are looked up and sorted.
pub(super) async fn rest(
    connection: &mut PgConnection,
    stretch: &Stretch,
    filter: &ContactFilter,
    wanted: usize,
) -> sqlx::Result<Vec<ContactRow>> {
    allow_bitmaps(connection).await?;
    let mut query = QueryBuilder::<Postgres>::new(format!("SELECT {COLUMNS}"));
    stretch.push_from(&mut query);
    conditions::push(&mut query, filter);
    stretch.push_end(&mut query, wanted);
    query.build_query_as().fetch_all(connection).await
}

/// Lets the rest of the transaction look rows up in bulk, each statement planned for its own words: the index of
/// trigrams can't be walked.
pub(super) async fn allow_bitmaps(connection: &mut PgConnection) -> sqlx::Result<()> {
    const ALLOW: &str = "SET LOCAL enable_bitmapscan = on; SET LOCAL enable_sort = on; \
                         SET LOCAL enable_indexscan = off; SET LOCAL plan_cache_mode = force_custom_plan";
    connection.execute(ALLOW).await?;
    Ok(())
}
