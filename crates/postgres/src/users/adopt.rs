//! Taking an account over from another system.

use roster_domain::ports::AccountAdoption;
use roster_domain::{AuditEntry, NewAccount, UserId};
use sqlx::PgPool;

use super::create::create_account;
use crate::clients;
use crate::error::{Violation, violation};
use crate::transaction::again;

pub(crate) async fn adopt(pool: PgPool, account: NewAccount, entry: AuditEntry) -> sqlx::Result<AccountAdoption> {
    let user = account.user.user.id;
    if let Some(there) = standing(&pool, user).await? {
        return Ok(there);
    }
    if clients::is_anothers(&pool, user, account.client.id).await? {
        return Ok(AccountAdoption::ClientTaken);
    }
    let taken = match again(|| create_account(&pool, &account, &entry)).await {
        Ok(Some(_)) => return Ok(AccountAdoption::Done),
        Ok(None) => AccountAdoption::EmailTaken,
        Err(error) => match violation(&error) {
            Some(Violation::UserThere) => AccountAdoption::Present,
            Some(Violation::SessionIdTaken) => AccountAdoption::ClientTaken,
            _ => return Err(error),
        },
    };
    // Where the same account was taken over meanwhile, what is taken is its own.
    Ok(standing(&pool, user).await?.unwrap_or(taken))
}

/// Present or erased; `None`: there is no such user.
async fn standing(pool: &PgPool, user: UserId) -> sqlx::Result<Option<AccountAdoption>> {
    let is_erased = sqlx::query_scalar!(
        "SELECT erased_at IS NOT NULL AS \"is_erased!\" FROM users WHERE id = $1",
        user.as_bytes().as_slice(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(is_erased.map(|is_erased| if is_erased { AccountAdoption::Erased } else { AccountAdoption::Present }))
}

/// Whether there is such a user, disabled or not, and not erased.
pub(crate) async fn is_kept(pool: &PgPool, user: UserId) -> sqlx::Result<bool> {
    Ok(standing(pool, user).await? == Some(AccountAdoption::Present))
}
