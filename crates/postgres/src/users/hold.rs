//! What keeps a user there while something below them is made or changed. First of all locks: the user, then clients,
//! groups and contacts.

use roster_domain::{User, UserId};
use sqlx::PgConnection;

use crate::rows::UserRow;

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
pub(crate) async fn lock(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Option<LockedUser>> {
    let row = sqlx::query!(
        "SELECT id, email, firstname, lastname, password_hash, created_at, updated_at, revision \
         FROM users WHERE id = $1 AND disabled_at IS NULL AND erased_at IS NULL FOR NO KEY UPDATE",
        user.as_bytes().as_slice(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let user = UserRow {
        id: row.id,
        email: row.email,
        firstname: row.firstname,
        lastname: row.lastname,
        created_at: row.created_at,
        updated_at: row.updated_at,
        revision: row.revision,
    };
    Ok(Some(LockedUser { user: User::try_from(user)?, password_hash: row.password_hash }))
}

/// A user who stays as they are until the transaction ends.
pub(crate) struct LockedUser {
    pub(super) user: User,
    pub(super) password_hash: String,
}
