//! Clients.
//!
//! A user has exactly one default client: at most one by a unique index; at least one because whatever would take it
//! away first looks, in the transaction in which it writes, and there is one writer.

mod adopt;
mod delete;
mod rows;
mod write;

use async_trait::async_trait;
use roster_domain::ports::{ClientDeletion, ClientRepository, ClientUpdate, Result};
use roster_domain::{
    Account, AuditEntry, Client, ClientChanges, ClientId, Keyset, NewClient, NewCredentials, Page, Precondition,
    Timestamp,
};
use rusqlite::Connection;

use crate::{SqliteStore, housekeeping};

pub(crate) use adopt::{adopt, has_session_id, is_anothers};
pub(crate) use rows::of_scope;
pub(crate) use write::{free_credentials, insert};

#[cfg(test)]
pub(crate) use rows::ALL;

#[async_trait]
impl ClientRepository for SqliteStore {
    async fn create(&self, account: &Account, client: NewClient) -> Result<Option<Client>> {
        let user = account.user();
        self.writer.write(move |connection| write::create(connection, user, &client)).await
    }

    async fn get(&self, account: &Account, id: ClientId) -> Result<Option<Client>> {
        let user = account.user();
        self.readers.get(move |connection| rows::get(connection, user, id)).await
    }

    async fn page(&self, account: &Account, keyset: Keyset<ClientId>) -> Result<Page<Client>> {
        let user = account.user();
        self.readers.list(move |connection| rows::page(connection, user, keyset)).await
    }

    async fn update(
        &self,
        account: &Account,
        id: ClientId,
        changes: ClientChanges,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<ClientUpdate> {
        let user = account.user();
        let behind = changes.region.is_some().then(|| self.writer.behind());
        let then = move |outcome: &ClientUpdate| {
            if let (Some(behind), ClientUpdate::Done(_)) = (behind, outcome) {
                behind.steps(move |connection| housekeeping::derive(connection, user, id));
            }
        };
        let act = move |connection: &Connection| write::update(connection, user, id, &changes, &precondition, at);
        self.writer.write_then(act, then).await
    }

    async fn replace_credentials(
        &self,
        account: &Account,
        id: ClientId,
        credentials: NewCredentials,
        at: Timestamp,
        entry: AuditEntry,
    ) -> Result<Option<Client>> {
        let user = account.user();
        let act =
            move |connection: &Connection| write::replace_credentials(connection, user, id, &credentials, at, &entry);
        self.writer.write_then(act, self.tell_if(user, Option::is_some)).await
    }

    async fn delete(
        &self,
        account: &Account,
        id: ClientId,
        with_contacts: bool,
        precondition: Precondition,
        entry: AuditEntry,
    ) -> Result<ClientDeletion> {
        let user = account.user();
        let mut deletion = delete::Deletion::new(user, id, with_contacts, precondition, entry);
        let then = self.tell_if(user, |outcome| matches!(outcome, ClientDeletion::Done { .. }));
        self.writer.write_in_steps_then(move |connection| deletion.step(connection), then).await
    }
}
