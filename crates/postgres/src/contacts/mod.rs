//! [`ContactRepository`]: one file an act; those on single contacts, and short plain pages, go in rounds.

mod delete_matching;
mod filtered;
mod list;
mod page;
mod with_number_info;

use async_trait::async_trait;
use roster_domain::ports::{
    ContactCreation, ContactDeletion, ContactRepository, ContactUpdate, MatchingDeletion, Result,
};
use roster_domain::{
    Contact, ContactChanges, ContactFilter, ContactId, ContactOrder, ContactPlace, Keyset, NewContact, NumberInfo,
    Page, Precondition, Scope, Span, Timestamp,
};

pub(crate) use filtered::Source;
pub(crate) use list::{Extent, List};

use crate::PostgresStore;
use crate::rounds::Rounds;

#[async_trait]
impl ContactRepository for PostgresStore {
    async fn create(&self, scope: &Scope, contact: NewContact) -> Result<ContactCreation> {
        self.rounds.create(scope, contact).await
    }

    async fn get(&self, scope: &Scope, id: ContactId) -> Result<Option<Contact>> {
        self.rounds.get(scope, id).await
    }

    async fn get_with_number_info(&self, scope: &Scope, id: ContactId) -> Result<Option<(Contact, NumberInfo)>> {
        self.act(with_number_info::get(self.pool.clone(), *scope, id)).await
    }

    async fn page(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        order: ContactOrder,
        keyset: Keyset<ContactPlace>,
    ) -> Result<Page<Contact>> {
        let (pool, user, list) = (self.pool.clone(), scope.user(), List::of(scope, span, filter));
        if order == ContactOrder::Newest && filter.is_by_group_only() {
            let keyset = Keyset { after: keyset.after.map(|place| place.id()), limit: keyset.limit };
            if Rounds::takes_page(keyset.limit) {
                return self.rounds.page(user, list, keyset).await;
            }
            return self.act(page::page(pool, user, list, keyset)).await;
        }
        let page = filtered::page(pool, self.bulk_timeout, user, list, filter.clone(), order, keyset);
        self.bulk_act(page).await
    }

    async fn count(&self, scope: &Scope, span: Span, filter: &ContactFilter) -> Result<u64> {
        let list = List::of(scope, span, filter);
        self.bulk_act(filtered::count(self.pool.clone(), self.bulk_timeout, scope.user(), list, filter.clone())).await
    }

    async fn update(
        &self,
        scope: &Scope,
        id: ContactId,
        changes: ContactChanges,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<ContactUpdate> {
        self.rounds.update(scope, id, &changes, &precondition, at).await
    }

    async fn delete(&self, scope: &Scope, id: ContactId, precondition: Precondition) -> Result<ContactDeletion> {
        self.rounds.delete(scope, id, &precondition).await
    }

    async fn delete_matching(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        expected: u64,
    ) -> Result<MatchingDeletion> {
        let (pool, timeout, list) = (self.pool.clone(), self.bulk_timeout, List::of(scope, span, filter));
        let deletion = delete_matching::delete_matching(pool, timeout, scope.user(), list, filter.clone(), expected);
        self.bulk_act(deletion).await
    }
}
