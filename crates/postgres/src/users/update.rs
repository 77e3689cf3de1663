//! Changing a user.

use roster_domain::ports::UserUpdate;
use roster_domain::{AuditEntry, Email, Precondition, Timestamp, User, UserChanges, UserId};
use sqlx::{PgConnection, PgPool};

use super::hold::lock;
use crate::error::{Violation, violation};
use crate::transaction::begin;
use crate::{audit, sessions};

pub(super) async fn update(
    pool: &PgPool,
    user: UserId,
    changes: &UserChanges,
    verified: Option<&str>,
    precondition: &Precondition,
    at: Timestamp,
    entries: &[AuditEntry],
) -> sqlx::Result<UserUpdate> {
    let mut transaction = begin(pool).await?;
    let Some(locked) = lock(&mut transaction, user).await? else {
        return Ok(UserUpdate::Absent);
    };
    if verified.is_some_and(|verified| verified != locked.password_hash) {
        return Ok(UserUpdate::PasswordChanged);
    }
    if !precondition.admits(locked.user.version()) {
        return Ok(UserUpdate::Stale);
    }
    let before = locked.user;
    let mut after = changed(&before, changes);
    let password_hash = changes.password.as_ref().map_or(&locked.password_hash, |password| &password.hash);
    if after != before || *password_hash != locked.password_hash {
        after.updated_at = at;
        after.revision += 1;
        if !move_address(&mut transaction, &before, &after.email).await? {
            return Ok(UserUpdate::EmailTaken);
        }
        write(&mut transaction, &after, password_hash).await?;
    }
    if let Some(password) = &changes.password {
        sessions::end_all_but(&mut transaction, user, password.keep, at).await?;
    }
    for entry in entries {
        audit::insert(&mut transaction, entry).await?;
    }
    transaction.commit().await?;
    Ok(UserUpdate::Done(after))
}

fn changed(before: &User, changes: &UserChanges) -> User {
    let UserChanges { email, firstname, lastname, password: _ } = changes.clone();
    let before = before.clone();
    User {
        email: email.unwrap_or(before.email),
        firstname: firstname.unwrap_or(before.firstname),
        lastname: lastname.unwrap_or(before.lastname),
        ..before
    }
}

/// Lets the user be found by this address and no more by the one before; `false`: it is somebody else's.
async fn move_address(connection: &mut PgConnection, before: &User, email: &Email) -> sqlx::Result<bool> {
    let (old, new) = (before.email.key(), email.key());
    if old == new {
        return Ok(true);
    }
    let claimed = sqlx::query!(
        "INSERT INTO user_emails (email_key, user_id) VALUES ($1, $2)",
        new.as_str(),
        before.id.as_bytes().as_slice(),
    )
    .execute(&mut *connection)
    .await;
    match claimed {
        Ok(_) => {}
        Err(error) if violation(&error) == Some(Violation::EmailTaken) => return Ok(false),
        Err(error) => return Err(error),
    }
    sqlx::query!(
        "DELETE FROM user_emails WHERE email_key = $1 AND user_id = $2",
        old.as_str(),
        before.id.as_bytes().as_slice(),
    )
    .execute(connection)
    .await?;
    Ok(true)
}

async fn write(connection: &mut PgConnection, user: &User, password_hash: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET email = $2, firstname = $3, lastname = $4, password_hash = $5, updated_at = $6, \
                          revision = $7 \
         WHERE id = $1",
        user.id.as_bytes().as_slice(),
        user.email.as_str(),
        user.firstname.as_str(),
        user.lastname.as_str(),
        password_hash,
        user.updated_at.to_utc(),
        user.revision,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The password stays the same, and so does the time of the last change.
pub(super) async fn rehash(pool: PgPool, user: UserId, from: String, to: String) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET password_hash = $3 \
         WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL AND erased_at IS NULL",
        user.as_bytes().as_slice(),
        from,
        to,
    )
    .execute(&pool)
    .await?;
    Ok(())
}
