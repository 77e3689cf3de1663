//! Contact groups.
//!
//! A client has exactly one default group: at most one by a unique index; at least one because whatever would take it
//! away first looks, in the transaction in which it writes, and there is one writer.

mod adopt;
mod delete;
mod rows;
mod write;

use async_trait::async_trait;
use roster_domain::ports::{GroupDeletion, GroupRepository, GroupUpdate, Result};
use roster_domain::{
    ContactFilter, ContactGroup, ContactsFate, GroupChanges, GroupId, Keyset, NewGroup, Page, Precondition, Scope,
    Span, Timestamp,
};

use crate::SqliteStore;

pub(crate) use adopt::adopt;
pub(crate) use rows::{client_of, get, owner};
pub(crate) use write::insert;

#[cfg(test)]
pub(crate) use rows::ALL;

#[async_trait]
impl GroupRepository for SqliteStore {
    async fn create(&self, scope: &Scope, group: NewGroup) -> Result<Option<ContactGroup>> {
        let scope = *scope;
        self.writer.write(move |connection| write::create(connection, &scope, &group)).await
    }

    async fn get(&self, scope: &Scope, id: GroupId) -> Result<Option<ContactGroup>> {
        let scope = *scope;
        self.readers.get(move |connection| rows::get(connection, &scope, id)).await
    }

    async fn page(&self, scope: &Scope, span: Span, keyset: Keyset<GroupId>) -> Result<Page<ContactGroup>> {
        let scope = *scope;
        self.readers.list(move |connection| rows::page(connection, &scope, span, keyset)).await
    }

    async fn page_with_counts(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        keyset: Keyset<GroupId>,
    ) -> Result<Page<(ContactGroup, u64)>> {
        let (scope, filter) = (*scope, filter.clone());
        self.readers.search(move |connection| rows::page_with_counts(connection, &scope, span, &filter, keyset)).await
    }

    async fn update(
        &self,
        scope: &Scope,
        id: GroupId,
        changes: GroupChanges,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<GroupUpdate> {
        let scope = *scope;
        self.writer.write(move |connection| write::update(connection, &scope, id, &changes, &precondition, at)).await
    }

    async fn delete(
        &self,
        scope: &Scope,
        id: GroupId,
        fate: ContactsFate,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<GroupDeletion> {
        let mut deletion = delete::Deletion::new(*scope, id, fate, precondition, at);
        self.writer.write_in_steps(move |connection| deletion.step(connection)).await
    }
}
