use async_trait::async_trait;

use super::Result;
use crate::{
    AuditEntry, AuditId, ClientId, EmailKey, Keyset, ListedUser, NewAccount, NewClient, NewGroup, Page, Timestamp,
    UserId,
};

/// What the operator may do on the command line, and nobody over HTTP: it has no scope. It sees disabled users, and
/// none who are erased.
#[async_trait]
pub trait Operator: Send + Sync {
    /// Whose address this is.
    async fn user(&self, email: &EmailKey) -> Result<Option<ListedUser>>;

    /// A page of all users, oldest first (by id).
    async fn users(&self, keyset: Keyset<UserId>) -> Result<Page<ListedUser>>;

    /// Everybody who has a client with this id: several may, since ids are unique within an account.
    async fn users_with_client(&self, client: ClientId) -> Result<Vec<UserId>>;

    /// Sets a new password's hash and ends all sessions, with the entry; `false`: the user is gone.
    async fn set_password(&self, user: UserId, hash: &str, at: Timestamp, entry: AuditEntry) -> Result<bool>;

    /// Shuts a user out, which ends all sessions, or lets one in again, with the entry; `false`: the user is gone.
    /// What is so already stays as it is, without an entry.
    async fn set_disabled(&self, user: UserId, disabled: bool, at: Timestamp, entry: AuditEntry) -> Result<bool>;

    /// A page of the trail, newest first (by id): one user's, or everybody's and nobody's.
    async fn audit(&self, user: Option<UserId>, keyset: Keyset<AuditId>) -> Result<Page<AuditEntry>>;

    /// Takes an account over from another system, under the ids that it has there: the user, the default client with its
    /// credentials and that client's default group, together with the entry. What is there already stays as it is.
    async fn adopt_account(&self, account: NewAccount, entry: AuditEntry) -> Result<AccountAdoption>;

    /// Takes a further client of a user over, with its credentials and its default group; it isn't the default client.
    /// One that is there already stays as it is.
    async fn adopt_client(&self, user: UserId, client: NewClient) -> Result<ClientAdoption>;

    /// Takes a further group of a client over, which isn't its default one whatever `is_default` says. One that is there
    /// already stays as it is.
    async fn adopt_group(&self, user: UserId, client: ClientId, group: NewGroup) -> Result<GroupAdoption>;
}

/// What became of an account to be taken over. But for `Done`, nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountAdoption {
    /// It exists now.
    Done,
    /// There is a user with this id already, disabled or not.
    Present,
    /// The user with this id was erased, and what is left of the account is still on its way out.
    Erased,
    /// The address belongs to another account.
    EmailTaken,
    /// The client's id is one of another account's, or its `session_id` is another client's.
    ClientTaken,
}

/// What became of a client to be taken over. But for `Done`, nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAdoption {
    /// It exists now.
    Done,
    /// The user has a client with this id already.
    Present,
    /// The user is gone, or is disabled.
    UserGone,
    /// Another account has a client with this id.
    IdTaken,
    /// Another client has this `session_id`.
    SessionIdTaken,
    /// Another client of the user has a group with the id of the default one.
    GroupIdTaken,
}

/// What became of a group to be taken over. But for `Done`, nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupAdoption {
    /// It exists now.
    Done,
    /// The client has a group with this id already.
    Present,
    /// The client is gone.
    ClientGone,
    /// Another client of the user has a group with this id.
    IdTaken,
}
