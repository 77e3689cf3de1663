use async_trait::async_trait;

use super::Result;
use crate::{Account, Client, ClientId, Keyset, NewClient, Page};

/// Clients of a user.
#[async_trait]
pub trait ClientRepository: Send + Sync {
    /// Makes a client with its credentials and its default group; it isn't the default client. `None`: the user is
    /// gone.
    async fn create(&self, account: &Account, client: NewClient) -> Result<Option<Client>>;

    /// A page, oldest first (by id).
    async fn page(&self, account: &Account, keyset: Keyset<ClientId>) -> Result<Page<Client>>;
}
