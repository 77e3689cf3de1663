use async_trait::async_trait;

use super::Result;
use crate::{Account, AuditEntry, Client, NewAccount, Precondition, Timestamp, User, UserChanges};

/// Users.
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Makes the user, the default client with its credentials, and that client's default group, together with the
    /// entry. `None`: the address belongs to an account already.
    async fn create_account(&self, account: NewAccount, entry: AuditEntry) -> Result<Option<(User, Client)>>;

    /// The user. `None`: gone or disabled.
    async fn get(&self, account: &Account) -> Result<Option<User>>;

    /// What the password must verify against. `None`: gone or disabled.
    async fn password_hash(&self, account: &Account) -> Result<Option<String>>;

    /// Makes the changes, all or none, with the entries. Where they change nothing, nothing is written but the entries.
    /// A new address takes the place of the old one for signing in. A new password ends every session but the one it
    /// keeps. With `verified` it is done only while the stored hash is still that, and only if the precondition holds.
    /// A new revision comes with every change, that of the password too.
    async fn update(
        &self,
        account: &Account,
        changes: UserChanges,
        verified: Option<&str>,
        precondition: Precondition,
        at: Timestamp,
        entries: Vec<AuditEntry>,
    ) -> Result<UserUpdate>;

    /// Puts a hash of the same password in the place of `from`, if that is still the stored one.
    async fn rehash(&self, account: &Account, from: &str, to: &str) -> Result<()>;

    /// Takes the user away from every caller at once, if the stored hash is still `verified` and the precondition holds:
    /// marks the user erased, ends the sessions, frees the address and the clients' credentials, and adds the entry
    /// (which is nobody's). What is left of the account goes in [`Housekeeping::erase_some`](super::Housekeeping::erase_some).
    async fn erase(
        &self,
        account: &Account,
        verified: &str,
        precondition: Precondition,
        at: Timestamp,
        entry: AuditEntry,
    ) -> Result<UserErasure>;
}

/// What became of a user to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserUpdate {
    /// As they are now.
    Done(User),
    /// Gone or disabled.
    Absent,
    /// The address belongs to another account.
    EmailTaken,
    /// The password isn't any more the one that was verified.
    PasswordChanged,
    /// The precondition doesn't hold.
    Stale,
}

/// What became of a user to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserErasure {
    /// Nothing answers as them any more.
    Done,
    /// Gone already, or disabled.
    Absent,
    /// The password isn't any more the one that was verified.
    PasswordChanged,
    /// The precondition doesn't hold.
    Stale,
}
