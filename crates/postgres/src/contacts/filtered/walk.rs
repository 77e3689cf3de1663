//! Walking a list's index, each row held against the filter.

use roster_domain::ContactFilter;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::row::{COLUMNS, ListedRow};
use super::{Stretch, conditions};

/// As many matching rows as are wanted, however far away they are.
pub(super) async fn page(
    connection: &mut PgConnection,
    stretch: &Stretch,
    filter: &ContactFilter,
    wanted: usize,
) -> sqlx::Result<Vec<ListedRow>> {
    let mut query = QueryBuilder::<Postgres>::new(format!("SELECT {COLUMNS}"));
    stretch.push_from(&mut query);
    conditions::push(&mut query, filter);
    stretch.push_end(&mut query, wanted);
    query.build_query_as().fetch_all(connection).await
}
