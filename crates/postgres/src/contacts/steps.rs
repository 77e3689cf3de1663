//! Acts over many contacts, some at a time. Rows are locked in the order of their ids, so that two such acts don't wait
//! for one another in a circle.

use roster_domain::UserId;
use sqlx::PgConnection;

use super::list::Extent;

/// The statement that deletes some contacts under this condition.
macro_rules! delete_where {
    ($condition:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT id FROM contacts WHERE user_id = $1 AND id <= $2 AND " + $condition + " \
                ORDER BY id LIMIT $3 FOR UPDATE \
             ) \
             DELETE FROM contacts c USING step WHERE c.user_id = $1 AND c.id = step.id",
            $($argument),+
        )
    };
}

/// Deletes at most so many of those whose id isn't above `newest`; how many it were.
pub(crate) async fn delete_some(
    connection: &mut PgConnection,
    user: UserId,
    extent: Extent,
    newest: &[u8],
    limit: usize,
) -> sqlx::Result<u64> {
    let user = user.as_bytes().as_slice();
    let limit = limit as i64;
    let deleted = match extent {
        Extent::User => delete_where!("true", user, newest, limit).execute(connection).await?,
        Extent::Client(client) => {
            let client = client.as_bytes().as_slice();
            delete_where!("client_id = $4", user, newest, limit, client).execute(connection).await?
        }
        Extent::Group(client, group) => {
            let (client, group) = (client.as_bytes().as_slice(), group.as_bytes().as_slice());
            delete_where!("client_id = $4 AND group_id = $5", user, newest, limit, client, group)
                .execute(connection)
                .await?
        }
    };
    Ok(deleted.rows_affected())
}
