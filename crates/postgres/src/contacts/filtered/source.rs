//! Where the rows of a whole list are found: along its index, by number, or by words.

use roster_domain::{ContactFilter, UserId};
use sqlx::{Executor, PgConnection, Postgres, QueryBuilder};

use super::by_number::NumberSource;
use super::{Extent, by_number, conditions};

/// A list with its filter, looked up as far as it must be before it can be read.
pub(crate) struct Source {
    user: UserId,
    extent: Extent,
    filter: ContactFilter,
    number: Option<NumberSource>,
}

impl Source {
    /// Readies the transaction too.
    pub(crate) async fn of(
        connection: &mut PgConnection,
        user: UserId,
        extent: Extent,
        filter: ContactFilter,
    ) -> sqlx::Result<Self> {
        let number = match &filter.number {
            None => None,
            Some(number) => Some(by_number::source(connection, user, extent, number).await?),
        };
        if number.is_none() && conditions::has_trigram(&filter) {
            allow_bitmaps(connection).await?;
        }
        Ok(Self { user, extent, filter, number })
    }

    /// Whether all that match are found at once, wherever they stand.
    pub(crate) fn is_looked_up(&self) -> bool {
        conditions::is_looked_up(&self.filter)
    }

    /// Adds `FROM` and the conditions: the rows are called `c`.
    pub(crate) fn push(&self, query: &mut QueryBuilder<Postgres>) {
        match &self.number {
            Some(number) => number.push_from(query, self.user, self.extent),
            None => {
                query.push(" FROM contacts c WHERE ");
                self.extent.push(query, self.user);
            }
        }
        self.push_conditions(query);
    }

    /// Adds what the filter asks of a row, but for its number.
    pub(crate) fn push_conditions(&self, query: &mut QueryBuilder<Postgres>) {
        conditions::push(query, &self.filter);
    }
}

/// Lets the rest of the transaction look rows up in bulk, each statement planned for its own words: the index of
/// trigrams can't be walked.
async fn allow_bitmaps(connection: &mut PgConnection) -> sqlx::Result<()> {
    const ALLOW: &str = "SET LOCAL enable_bitmapscan = on; SET LOCAL enable_sort = on; \
                         SET LOCAL enable_indexscan = off; SET LOCAL plan_cache_mode = force_custom_plan";
    connection.execute(ALLOW).await?;
    Ok(())
}
