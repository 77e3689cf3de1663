use async_trait::async_trait;

use super::Result;
use crate::{
    Account, AuditEntry, Client, ClientChanges, ClientId, Keyset, NewClient, NewCredentials, Page, Precondition,
    Timestamp,
};

/// Clients of a user. Each user has exactly one default client at every instant.
#[async_trait]
pub trait ClientRepository: Send + Sync {
    /// Makes a client with its credentials and its default group; it isn't the default client. `None`: the user is
    /// gone.
    async fn create(&self, account: &Account, client: NewClient) -> Result<Option<Client>>;

    /// One client.
    async fn get(&self, account: &Account, id: ClientId) -> Result<Option<Client>>;

    /// A page, oldest first (by id).
    async fn page(&self, account: &Account, keyset: Keyset<ClientId>) -> Result<Page<Client>>;

    /// Makes the changes, all or none, if the precondition holds. Where they change nothing, nothing is written. As the
    /// default it takes over from the other in the same act, which gets the same new time and a new revision. With
    /// another region its contacts are derived anew behind the answer; until that is through, lists by number still
    /// answer rightly, only slower.
    async fn update(
        &self,
        account: &Account,
        id: ClientId,
        changes: ClientChanges,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<ClientUpdate>;

    /// Puts new credentials in the place of the old ones, which are worth nothing from then on, with the entry. `None`:
    /// there is no such client.
    async fn replace_credentials(
        &self,
        account: &Account,
        id: ClientId,
        credentials: NewCredentials,
        at: Timestamp,
        entry: AuditEntry,
    ) -> Result<Option<Client>>;

    /// Deletes a client with its credentials and groups, and the entry, if the precondition holds when it begins and
    /// when the client goes; with its contacts too, or only if it has none.
    /// More than [`MANY_ROWS`](super::MANY_ROWS) contacts go in steps before the rest goes in one transaction;
    /// interrupted, it can be repeated.
    async fn delete(
        &self,
        account: &Account,
        id: ClientId,
        with_contacts: bool,
        precondition: Precondition,
        entry: AuditEntry,
    ) -> Result<ClientDeletion>;
}

/// What became of a client to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientUpdate {
    /// As it is now.
    Done(Client),
    /// There is no such client.
    Absent,
    /// It is the default client and can't stop being that by itself.
    DefaultClient,
    /// The precondition doesn't hold.
    Stale,
}

/// What became of a client to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientDeletion {
    /// It is gone.
    Done {
        /// How many contacts went with it.
        contacts: u64,
    },
    /// There is no such client.
    Absent,
    /// It is the default client.
    DefaultClient,
    /// It has contacts, and they weren't to go.
    NotEmpty,
    /// The precondition doesn't hold.
    Stale,
}
