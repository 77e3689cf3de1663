//! The contacts of all of a user's clients by name: the first rows of each client, merged.

use roster_domain::ContactFilter;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::row::{COLUMNS, ListedRow};
use super::{Stretch, conditions};

pub(super) async fn merged(
    connection: &mut PgConnection,
    stretch: &Stretch,
    filter: &ContactFilter,
    wanted: usize,
) -> sqlx::Result<Vec<ListedRow>> {
    let user = stretch.user.as_bytes().to_vec();
    let mut query = QueryBuilder::<Postgres>::new(format!(
        "SELECT m.* FROM clients k CROSS JOIN LATERAL (\
            SELECT {COLUMNS} FROM contacts c WHERE c.user_id = k.user_id AND c.client_id = k.id"
    ));
    stretch.push_beyond(&mut query);
    conditions::push(&mut query, filter);
    stretch.push_end(&mut query, wanted);
    query.push(") m WHERE k.user_id = ").push_bind(user);
    query.push(format_args!(" ORDER BY {} LIMIT ", stretch.order_of("m"))).push_bind(wanted as i64);
    query.build_query_as().fetch_all(connection).await
}
