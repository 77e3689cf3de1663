//! Discarding imports: from then on nobody sees them, nobody works on them, and nothing comes to them any more. What
//! belongs to them goes when things are swept (see `housekeeping/imports.rs`).

use roster_domain::{ClientId, UserId};
use sqlx::PgConnection;

/// The statement that discards imports, `i`: what stands before it, and what says which.
macro_rules! discard {
    ($before:tt, $behind:tt $(, $argument:expr)* $(,)?) => {
        sqlx::query!(
            $before
                + "UPDATE imports i SET state = 'discarded', is_untidy = true, lease_holder = NULL, \
                                        lease_until = NULL, expires_at = NULL "
                + $behind
            $(, $argument)*
        )
    };
}
pub(crate) use discard;

/// Those of a client that goes.
pub(crate) async fn discard_of_client(
    connection: &mut PgConnection,
    user: UserId,
    client: ClientId,
) -> sqlx::Result<()> {
    discard!(
        "",
        "WHERE i.user_id = $1 AND i.client_id = $2 AND i.state <> 'discarded'",
        user.as_bytes().as_slice(),
        client.as_bytes().as_slice(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Those of a user who is erased; how many.
pub(crate) async fn discard_of_user(connection: &mut PgConnection, user: UserId) -> sqlx::Result<u64> {
    let discarded = discard!("", "WHERE i.user_id = $1 AND i.state <> 'discarded'", user.as_bytes().as_slice());
    Ok(discarded.execute(connection).await?.rows_affected())
}
