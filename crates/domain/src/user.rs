//! Users: who sign in, and own everything.

use crate::values::{Email, PersonName};
use crate::{NewClient, Timestamp, UserId};

/// Somebody who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// `_id`.
    pub id: UserId,
    /// As it was written.
    pub email: Email,
    /// May be empty.
    pub firstname: PersonName,
    /// May be empty.
    pub lastname: PersonName,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A user to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// See [`User`].
    pub user: User,
    /// The password's hash, a PHC string.
    pub password_hash: String,
}

/// A user with the default client and that client's default group: made together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// The user.
    pub user: NewUser,
    /// The default client.
    pub client: NewClient,
}

/// What an address leads to at sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Whose address it is.
    pub user: UserId,
    /// What the password must verify against, a PHC string.
    pub password_hash: String,
}
