//! [`ClientRepository`]: one file an act.

mod adopt;
mod create;
mod credentials;
mod delete;
mod read;
mod steps;
mod update;

use async_trait::async_trait;
use roster_domain::ports::{ClientDeletion, ClientRepository, ClientUpdate, Result};
use roster_domain::{
    Account, AuditEntry, Client, ClientChanges, ClientId, Keyset, NewClient, NewCredentials, Page, Precondition,
    Timestamp,
};

pub(crate) use adopt::{adopt, is_anothers};
pub(crate) use create::insert;

use crate::PostgresStore;
use crate::housekeeping::derive_behind;
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
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<ClientUpdate> {
        let (pool, user) = (self.pool.clone(), account.user());
        let statement_timeout = self.bulk_timeout;
        self.act(async move {
            let (outcome, derive) = again(|| update::update(&pool, user, id, &changes, &precondition, at)).await?;
            if derive {
                derive_behind(pool, statement_timeout, user, id);
            }
            Ok(outcome)
        })
        .await
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
        precondition: Precondition,
        entry: AuditEntry,
    ) -> Result<ClientDeletion> {
        let doomed = steps::Doomed { user: account.user(), client: id };
        self.act_in_steps(|steps| delete::delete(steps, doomed, with_contacts, precondition, entry)).await
    }
}
