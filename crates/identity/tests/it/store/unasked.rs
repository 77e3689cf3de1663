//! Ports that identity has no business with.

use async_trait::async_trait;
use roster_domain::ports::{
    ContactBatches, ContactCreation, ContactDeletion, ContactRepository, ContactUpdate, Due, GroupDeletion,
    GroupRepository, GroupUpdate, Housekeeping, MatchingDeletion, Result, StoreError, StoreHealth,
};
use roster_domain::{
    Batch, BatchOutcome, Contact, ContactChanges, ContactFilter, ContactGroup, ContactId, ContactOrder, ContactPage,
    ContactPlace, ContactsFate, GroupChanges, GroupId, Keyset, NewContact, NewGroup, NumberInfo, Page, Precondition,
    Scope, Span, Timestamp,
};

use super::MemoryStore;

pub fn not_asked<T>() -> Result<T> {
    Err(StoreError::failed("identity has no business here"))
}

#[async_trait]
impl ContactRepository for MemoryStore {
    async fn create(&self, _: &Scope, _: NewContact) -> Result<ContactCreation> {
        not_asked()
    }

    async fn get(&self, _: &Scope, _: ContactId) -> Result<Option<Contact>> {
        not_asked()
    }

    async fn get_with_number_info(&self, _: &Scope, _: ContactId) -> Result<Option<(Contact, NumberInfo)>> {
        not_asked()
    }

    async fn page(
        &self,
        _: &Scope,
        _: Span,
        _: &ContactFilter,
        _: ContactOrder,
        _: Keyset<ContactPlace>,
    ) -> Result<ContactPage> {
        not_asked()
    }

    async fn count(&self, _: &Scope, _: Span, _: &ContactFilter) -> Result<u64> {
        not_asked()
    }

    async fn update(
        &self,
        _: &Scope,
        _: ContactId,
        _: ContactChanges,
        _: Precondition,
        _: Timestamp,
    ) -> Result<ContactUpdate> {
        not_asked()
    }

    async fn delete(&self, _: &Scope, _: ContactId, _: Precondition) -> Result<ContactDeletion> {
        not_asked()
    }

    async fn delete_matching(&self, _: &Scope, _: Span, _: &ContactFilter, _: u64) -> Result<MatchingDeletion> {
        not_asked()
    }
}

#[async_trait]
impl ContactBatches for MemoryStore {
    async fn apply(&self, _: &Scope, _: Batch) -> Result<BatchOutcome> {
        not_asked()
    }
}

#[async_trait]
impl GroupRepository for MemoryStore {
    async fn create(&self, _: &Scope, _: NewGroup) -> Result<Option<ContactGroup>> {
        not_asked()
    }

    async fn get(&self, _: &Scope, _: GroupId) -> Result<Option<ContactGroup>> {
        not_asked()
    }

    async fn page(&self, _: &Scope, _: Span, _: Keyset<GroupId>) -> Result<Page<ContactGroup>> {
        not_asked()
    }

    async fn page_with_counts(
        &self,
        _: &Scope,
        _: Span,
        _: &ContactFilter,
        _: Keyset<GroupId>,
    ) -> Result<Page<(ContactGroup, u64)>> {
        not_asked()
    }

    async fn update(
        &self,
        _: &Scope,
        _: GroupId,
        _: GroupChanges,
        _: Precondition,
        _: Timestamp,
    ) -> Result<GroupUpdate> {
        not_asked()
    }

    async fn delete(
        &self,
        _: &Scope,
        _: GroupId,
        _: ContactsFate,
        _: Precondition,
        _: Timestamp,
    ) -> Result<GroupDeletion> {
        not_asked()
    }
}

#[async_trait]
impl StoreHealth for MemoryStore {
    async fn check(&self) -> Result<()> {
        not_asked()
    }
}

#[async_trait]
impl Housekeeping for MemoryStore {
    async fn sweep(&self, _: Due) -> Result<bool> {
        not_asked()
    }

    async fn erase_some(&self) -> Result<bool> {
        not_asked()
    }

    async fn derive_some(&self) -> Result<bool> {
        not_asked()
    }
}
