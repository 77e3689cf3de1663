//! [`ContactRepository`]: one file an act; those on single contacts, short plain pages, and searches go in rounds.

mod delete_by_ids;
mod delete_matching;
mod filtered;
mod list;
mod with_number_info;

use async_trait::async_trait;
use roster_domain::ports::{
    ContactCreation, ContactDeletion, ContactRepository, ContactUpdate, MatchingDeletion, Result,
};
use roster_domain::{
    Contact, ContactChanges, ContactFilter, ContactId, ContactOrder, ContactPage, ContactPlace, Keyset, NewContact,
    NumberInfo, Precondition, Scope, Span, Timestamp,
};

pub(crate) use delete_by_ids::delete_by_ids;
pub(crate) use filtered::{Source, conditions, ids, order_of, push_beyond};
pub(crate) use list::{Extent, List};

use crate::PostgresStore;

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
    ) -> Result<ContactPage> {
        let (pool, user, list) = (self.pool.clone(), scope.user(), List::of(scope, span, filter));
        if order == ContactOrder::Newest && filter.is_by_group_only() {
            let keyset = Keyset { after: keyset.after.map(|place| place.id()), limit: keyset.limit };
            return self.rounds.page(user, list, keyset).await;
        }
        if filtered::is_searched(list, filter, order) {
            return self.rounds.search(user, list, filter.clone(), order, keyset).await;
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
        let (user, list, filter) = (scope.user(), List::of(scope, span, filter), filter.clone());
        self.act_in_steps(|steps| delete_matching::delete_matching(steps, user, list, filter, expected)).await
    }
}
