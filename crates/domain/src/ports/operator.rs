use async_trait::async_trait;

use super::Result;
use crate::{AuditEntry, AuditId, EmailKey, Keyset, ListedUser, Page, Timestamp, UserId};

/// What the operator may do on the command line, and nobody over HTTP: it has no scope. It sees disabled users, and
/// none who are erased.
#[async_trait]
pub trait Operator: Send + Sync {
    /// Whose address this is.
    async fn user(&self, email: &EmailKey) -> Result<Option<ListedUser>>;

    /// A page of all users, oldest first (by id).
    async fn users(&self, keyset: Keyset<UserId>) -> Result<Page<ListedUser>>;

    /// Sets a new password's hash and ends all sessions, with the entry; `false`: the user is gone.
    async fn set_password(&self, user: UserId, hash: &str, at: Timestamp, entry: AuditEntry) -> Result<bool>;

    /// Shuts a user out, which ends all sessions, or lets one in again, with the entry; `false`: the user is gone.
    /// What is so already stays as it is, without an entry.
    async fn set_disabled(&self, user: UserId, disabled: bool, at: Timestamp, entry: AuditEntry) -> Result<bool>;

    /// A page of the trail, newest first (by id): one user's, or everybody's and nobody's.
    async fn audit(&self, user: Option<UserId>, keyset: Keyset<AuditId>) -> Result<Page<AuditEntry>>;
}
