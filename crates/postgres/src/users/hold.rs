//! What keeps a user there while something below them is made or changed. First of all locks: the user, then clients,
//! groups and contacts.

use chrono::{DateTime, Utc};
use roster_domain::values::{Email, PersonName};
use roster_domain::{User, UserId};
use sqlx::PgConnection;

use crate::rows::id;

/// Keeps a user as they are, for acts below them: whoever disables or erases the user meanwhile waits until the act is
/// done, to end what it made as well. `false`: gone or disabled.
pub(crate) async fn hold(connection: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    let held = sqlx::query_scalar!(
        "SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL FOR SHARE",
        user.as_bytes().as_slice(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(held.is_some())
}

/// Locks a user, for acts on them; `None`: gone or disabled.
pub(super) async fn lock(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Option<LockedUser>> {
    sqlx::query_as!(
        LockedUser,
        "SELECT id, email, firstname, lastname, password_hash, created_at, updated_at \
         FROM users WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL FOR NO KEY UPDATE",
        user.as_bytes().as_slice(),
    )
    .fetch_optional(connection)
    .await
}

/// A row of `users` that stays as it is until the transaction ends.
pub(super) struct LockedUser {
    id: Vec<u8>,
    email: String,
    firstname: String,
    lastname: String,
    pub(super) password_hash: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl LockedUser {
    pub(super) fn user(&self) -> sqlx::Result<User> {
        Ok(User {
            id: id(&self.id, "users.id")?,
            email: Email::from_stored(self.email.clone()),
            firstname: PersonName::from_stored(self.firstname.clone()),
            lastname: PersonName::from_stored(self.lastname.clone()),
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
