//! Taking a user away from every caller. What is below them goes in steps afterwards: see `housekeeping/erasure.rs`.

use roster_domain::ports::UserErasure;
use roster_domain::{AuditEntry, Precondition, Timestamp, UserId};
use sqlx::PgPool;

use super::hold::lock;
use crate::transaction::begin;
use crate::{audit, imports, sessions};

pub(super) async fn erase(
    pool: &PgPool,
    user: UserId,
    verified: &str,
    precondition: &Precondition,
    at: Timestamp,
    entry: &AuditEntry,
) -> sqlx::Result<UserErasure> {
    let mut transaction = begin(pool).await?;
    let Some(locked) = lock(&mut transaction, user).await? else {
        return Ok(UserErasure::Absent);
    };
    if locked.password_hash != verified {
        return Ok(UserErasure::PasswordChanged);
    }
    if !precondition.admits(locked.user.version()) {
        return Ok(UserErasure::Stale);
    }
    sqlx::query!("UPDATE users SET erased_at = $2 WHERE id = $1", user.as_bytes().as_slice(), at.to_utc())
        .execute(&mut *transaction)
        .await?;
    let email_key = locked.user.email.key();
    sqlx::query!(
        "DELETE FROM user_emails WHERE email_key = $1 AND user_id = $2",
        email_key.as_str(),
        user.as_bytes().as_slice(),
    )
    .execute(&mut *transaction)
    .await?;
    // No client gets credentials meanwhile: that would hold the user.
    sqlx::query!(
        "DELETE FROM client_credentials c USING clients k \
         WHERE k.user_id = $1 AND c.session_id = k.session_id AND c.user_id = $1",
        user.as_bytes().as_slice(),
    )
    .execute(&mut *transaction)
    .await?;
    imports::discard_of_user(&mut transaction, user).await?;
    sessions::end_every(&mut transaction, user, at).await?;
    audit::insert(&mut transaction, entry).await?;
    transaction.commit().await?;
    Ok(UserErasure::Done)
}
