//! Clients. None of them ever has contacts here.

use async_trait::async_trait;
use roster_domain::ports::{ClientDeletion, ClientRepository, ClientUpdate, Result};
use roster_domain::{
    Account, AuditEntry, Client, ClientChanges, ClientId, Keyset, NewClient, NewCredentials, Page, Precondition,
    Timestamp,
};

use super::unasked::not_asked;
use super::{MemoryStore, OwnedClient};

impl OwnedClient {
    pub fn as_read(&self) -> Client {
        let NewClient { id, name, session_id, region, created_at, updated_at, .. } = self.client.clone();
        Client { id, name, is_default: self.is_default, session_id, region, created_at, updated_at, revision: 0 }
    }
}

#[async_trait]
impl ClientRepository for MemoryStore {
    async fn create(&self, account: &Account, client: NewClient) -> Result<Option<Client>> {
        self.write("clients.create", |rows| {
            let owned = OwnedClient { owner: account.user(), is_default: false, client };
            let made = owned.as_read();
            let there = rows.serves(account.user());
            there.then(|| rows.clients.push(owned)).map(|()| made)
        })
        .await
    }

    async fn get(&self, _: &Account, _: ClientId) -> Result<Option<Client>> {
        not_asked()
    }

    async fn page(&self, _: &Account, _: Keyset<ClientId>) -> Result<Page<Client>> {
        not_asked()
    }

    async fn update(
        &self,
        _: &Account,
        _: ClientId,
        _: ClientChanges,
        _: Precondition,
        _: Timestamp,
    ) -> Result<ClientUpdate> {
        not_asked()
    }

    async fn replace_credentials(
        &self,
        account: &Account,
        id: ClientId,
        credentials: NewCredentials,
        at: Timestamp,
        entry: AuditEntry,
    ) -> Result<Option<Client>> {
        self.write("clients.replace_credentials", |rows| {
            let owned = rows.client(account.user(), id)?;
            let NewCredentials { session_id, token_hash } = credentials;
            owned.client = NewClient { session_id, token_hash, updated_at: at, ..owned.client.clone() };
            let client = owned.as_read();
            rows.trail.push(entry);
            Some(client)
        })
        .await
    }

    async fn delete(
        &self,
        account: &Account,
        id: ClientId,
        _: bool,
        precondition: Precondition,
        entry: AuditEntry,
    ) -> Result<ClientDeletion> {
        self.write("clients.delete", |rows| match rows.client(account.user(), id) {
            None => ClientDeletion::Absent,
            Some(client) if !precondition.admits(client.as_read().version()) => ClientDeletion::Stale,
            Some(OwnedClient { is_default: true, .. }) => ClientDeletion::DefaultClient,
            Some(_) => {
                rows.clients.retain(|client| client.client.id != id);
                rows.trail.push(entry);
                ClientDeletion::Done { contacts: 0 }
            }
        })
        .await
    }
}
