//! [`ClientRepository`]: one file an act.

mod create;
mod credentials;
mod delete;
mod read;
mod steps;
mod update;

use async_trait::async_trait;
use roster_domain::Timestamp;
use roster_domain::ports::{ClientDeletion, ClientRepository, ClientUpdate, Result};
use roster_domain::{Account, AuditEntry, Client, ClientChanges, ClientId, Keyset, NewClient, NewCredentials, Page};

pub(crate) use create::insert;

use crate::PostgresStore;
use crate::transaction::again;

#[async_trait]
impl ClientRepository for PostgresStore {
    async fn create(&self, account: &Account, client: NewClient) -> Result<Option<Client>> {
        let (pool, user) = (self.pool.clone(), account.user());
        self.act(async move { again(|| create::create(&pool, user, &client)).await }).await
    }

    async fn get(&self, account: &Account, id: ClientId) -> Result<Option<Client>> {
        self.act(read::get(self.pool.clone(), account.user(), id)).await
    }

    async fn page(&self, account: &Account, keyset: Keyset<ClientId>) -> Result<Page<Client>> {
        self.act(read::page(self.pool.clone(), account.user(), keyset)).await
    }

    async fn update(
        &self,
        account: &Account,
        id: ClientId,
        changes: ClientChanges,
        at: Timestamp,
    ) -> Result<ClientUpdate> {
        self.act(update::update(self.pool.clone(), account.user(), id, changes, at)).await
    }

    async fn replace_credentials(
        &self,
        account: &Account,
        id: ClientId,
        credentials: NewCredentials,
        at: Timestamp,
        entry: AuditEntry,
    ) -> Result<Option<Client>> {
        let (pool, user) = (self.pool.clone(), account.user());
        self.act(async move { again(|| credentials::replace(&pool, user, id, &credentials, at, &entry)).await }).await
    }

    async fn delete(
        &self,
        account: &Account,
        id: ClientId,
        with_contacts: bool,
        entry: AuditEntry,
    ) -> Result<ClientDeletion> {
        let doomed = steps::Doomed { user: account.user(), client: id };
        self.bulk_act(delete::delete(self.pool.clone(), self.bulk_timeout, doomed, with_contacts, entry)).await
    }
}
