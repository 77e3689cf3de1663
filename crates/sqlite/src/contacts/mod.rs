//! Contacts.

mod delete;
mod rows;
mod select;
mod write;

use async_trait::async_trait;
use roster_domain::ports::{ContactCreation, ContactRepository, ContactUpdate, MatchingDeletion, Result};
use roster_domain::{
    Contact, ContactChanges, ContactFilter, ContactId, Keyset, NewContact, Page, Scope, Span, Timestamp,
};

use crate::SqliteStore;
use select::Selection;

#[cfg(test)]
pub(crate) use rows::ALL;

#[async_trait]
impl ContactRepository for SqliteStore {
    async fn create(&self, scope: &Scope, contact: NewContact) -> Result<ContactCreation> {
        let scope = *scope;
        self.writer.write(move |connection| write::create(connection, &scope, &contact)).await
    }

    async fn get(&self, scope: &Scope, id: ContactId) -> Result<Option<Contact>> {
        let scope = *scope;
        self.readers.get(move |connection| rows::get(connection, &scope, id)).await
    }

    async fn page(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        keyset: Keyset<ContactId>,
    ) -> Result<Page<Contact>> {
        let selection = Selection::of(scope, span, filter);
        self.readers.list(move |connection| selection.page(connection, keyset)).await
    }

    async fn update(
        &self,
        scope: &Scope,
        id: ContactId,
        changes: ContactChanges,
        at: Timestamp,
    ) -> Result<ContactUpdate> {
        let scope = *scope;
        self.writer.write(move |connection| write::update(connection, &scope, id, &changes, at)).await
    }

    async fn delete(&self, scope: &Scope, id: ContactId) -> Result<bool> {
        let scope = *scope;
        self.writer.write(move |connection| delete::one(connection, &scope, id)).await
    }

    async fn delete_matching(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        expected: u64,
    ) -> Result<MatchingDeletion> {
        let mut deletion = delete::Matching::new(Selection::of(scope, span, filter), expected);
        self.writer.write_in_steps(move |connection| deletion.step(connection)).await
    }
}
