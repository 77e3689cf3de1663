//! Deleting contacts that are locked already.

use roster_domain::UserId;
use sqlx::PgConnection;

/// How many of them there were. The user stands in the join, so that each row is found by the whole of the primary key.
pub(crate) async fn delete_by_ids(connection: &mut PgConnection, user: UserId, ids: &[&[u8]]) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "WITH meant AS MATERIALIZED (SELECT $1::bytea AS user_id, k.id FROM unnest($2::bytea[]) AS k (id)) \
         DELETE FROM contacts c USING meant WHERE c.user_id = meant.user_id AND c.id = meant.id",
        user.as_bytes().as_slice(),
        ids as &[&[u8]],
    )
    .persistent(false)
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
