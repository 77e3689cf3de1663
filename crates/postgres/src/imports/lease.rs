//! Whether the work on an import is still whose it was.

use roster_domain::Claim;
use roster_domain::ports::Worked;
use sqlx::PgExecutor;

/// The statement that sets this of an import, where the lease is still the newest and that holds; it answers so many
/// parts the report has. Nothing answered: the lease is lost, and nothing may be committed.
macro_rules! held_set {
    ($set:tt, $holds:tt, $claim:expr $(, $argument:expr)* $(,)?) => {
        sqlx::query_scalar!(
            "UPDATE imports SET "
                + $set
                + " WHERE user_id = $1 AND id = $2 AND lease_holder = $3 AND "
                + $holds
                + " RETURNING report_parts",
            $claim.user.as_bytes().as_slice(),
            uuid::Uuid::from($claim.import.id),
            $claim.holder.as_slice()
            $(, $argument)*
        )
    };
}
pub(super) use held_set;

/// What to answer where it is lost, and nothing was asked of the client.
pub(super) async fn lost<T>(executor: impl PgExecutor<'_>, claim: &Claim) -> sqlx::Result<Worked<T>> {
    let has_client = sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM clients WHERE user_id = $1 AND id = $2) AS \"any!\"",
        claim.user.as_bytes().as_slice(),
        claim.import.client_id.as_bytes().as_slice(),
    )
    .fetch_one(executor)
    .await?;
    Ok(if has_client { Worked::Lost } else { Worked::ClientGone })
}
