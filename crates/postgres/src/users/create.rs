//! Making an account.

use roster_domain::{AuditEntry, Client, NewAccount, User};
use sqlx::PgPool;

use crate::error::{Violation, violation};
use crate::rows::UserRow;
use crate::transaction::begin;
use crate::{audit, clients};

pub(super) async fn create_account(
    pool: &PgPool,
    account: &NewAccount,
    entry: &AuditEntry,
) -> sqlx::Result<Option<(User, Client)>> {
    let user = &account.user.user;
    let email_key = user.email.key();
    let mut transaction = begin(pool).await?;
    // First, so that of two sign-ups with one address the second waits here, and for nothing else.
    let claimed = sqlx::query!(
        "INSERT INTO user_emails (email_key, user_id) VALUES ($1, $2)",
        email_key.as_str(),
        user.id.as_bytes().as_slice(),
    )
    .execute(&mut *transaction)
    .await;
    match claimed {
        Ok(_) => {}
        Err(error) if violation(&error) == Some(Violation::EmailTaken) => return Ok(None),
        Err(error) => return Err(error),
    }
    let row = sqlx::query_as!(
        UserRow,
        "INSERT INTO users (id, email, firstname, lastname, password_hash, created_at, updated_at, revision) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         RETURNING id, email, firstname, lastname, created_at, updated_at, revision",
        user.id.as_bytes().as_slice(),
        user.email.as_str(),
        user.firstname.as_str(),
        user.lastname.as_str(),
        account.user.password_hash.as_str(),
        user.created_at.to_utc(),
        user.updated_at.to_utc(),
        user.revision,
    )
    .fetch_one(&mut *transaction)
    .await?;
    let client = clients::insert(&mut transaction, user.id, &account.client, true).await?;
    audit::insert(&mut transaction, entry).await?;
    transaction.commit().await?;
    Ok(Some((User::try_from(row)?, client)))
}
