//! Users: who sign in, and own everything.

use crate::values::{Email, PersonName};
use crate::{NewClient, SessionId, Timestamp, UserId, Version};

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
    /// Counts every change that the user sees.
    pub revision: i64,
}

impl User {
    /// The state they are in.
    #[must_use]
    pub const fn version(&self) -> Version {
        Version { created_at: self.created_at, revision: self.revision }
    }
}

/// A user to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// See [`User`].
    pub user: User,
    /// The password's hash: a PHC string of argon2id, or one of bcrypt that came with an imported account.
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
    /// What the password must verify against: see [`NewUser::password_hash`].
    pub password_hash: String,
}

/// What is to be changed of a user: only what is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChanges {
    /// See [`User::email`].
    pub email: Option<Email>,
    /// See [`User::firstname`].
    pub firstname: Option<PersonName>,
    /// See [`User::lastname`].
    pub lastname: Option<PersonName>,
    /// A new password.
    pub password: Option<PasswordChange>,
}

/// A new password, which ends sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordChange {
    /// Its hash, a PHC string.
    pub hash: String,
    /// The one session that goes on.
    pub keep: SessionId,
}

/// A user as the operator sees one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUser {
    /// Who.
    pub user: User,
    /// Since when nobody can sign in as them; `None`: they can.
    pub disabled_at: Option<Timestamp>,
}
