//! [`ContactRepository`]: one file an act.

mod create;
mod delete_matching;
mod list;
mod page;
mod single;
mod update;

use async_trait::async_trait;
use roster_domain::ports::{ContactCreation, ContactRepository, ContactUpdate, MatchingDeletion, Result};
use roster_domain::{
    Contact, ContactChanges, ContactFilter, ContactId, Keyset, NewContact, Page, Scope, Span, Timestamp,
};

use crate::PostgresStore;

#[async_trait]
impl ContactRepository for PostgresStore {
    async fn create(&self, scope: &Scope, contact: NewContact) -> Result<ContactCreation> {
        self.act(create::create(self.pool.clone(), *scope, contact)).await
    }

    async fn get(&self, scope: &Scope, id: ContactId) -> Result<Option<Contact>> {
        self.act(single::get(self.pool.clone(), *scope, id)).await
    }

    async fn page(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        keyset: Keyset<ContactId>,
    ) -> Result<Page<Contact>> {
        let list = list::List::of(scope, span, filter);
        self.act(page::page(self.pool.clone(), scope.user(), list, keyset)).await
    }

    async fn update(
        &self,
        scope: &Scope,
        id: ContactId,
        changes: ContactChanges,
        at: Timestamp,
    ) -> Result<ContactUpdate> {
        self.act(update::update(self.pool.clone(), *scope, id, changes, at)).await
    }

    async fn delete(&self, scope: &Scope, id: ContactId) -> Result<bool> {
        self.act(single::delete(self.pool.clone(), *scope, id)).await
    }

    async fn delete_matching(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        expected: u64,
    ) -> Result<MatchingDeletion> {
        let list = list::List::of(scope, span, filter);
        let deletion =
            delete_matching::delete_matching(self.pool.clone(), self.bulk_timeout, scope.user(), list, expected);
        self.bulk_act(deletion).await
    }
}
