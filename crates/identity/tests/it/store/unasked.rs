//! Ports that identity has no business with.

use async_trait::async_trait;
use roster_domain::ports::{
    Beginning, Begun, ContactBatches, ContactCreation, ContactDeletion, ContactRepository, ContactSnapshot,
    ContactSnapshots, ContactUpdate, Due, EndTimes, GroupDeletion, GroupRepository, GroupUpdate, Housekeeping,
    ImportJobs, ImportRuns, MatchingDeletion, Receiving, Result, StagedPiece, Staging, StagingLimits, StoreError,
    StoreHealth, Turned, Worked,
};
use roster_domain::{
    Batch, BatchOutcome, Claim, Contact, ContactChanges, ContactFilter, ContactGroup, ContactId, ContactOrder,
    ContactPage, ContactPlace, ContactsFate, GroupChanges, GroupId, Import, ImportEnd, ImportId, ImportStep, Keyset,
    Lease, LeftAlone, NewContact, NewGroup, NewImport, NumberInfo, OperationOutcome, Page, Precondition, Scope, Span,
    Timestamp,
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
impl ContactSnapshots for MemoryStore {
    async fn snapshot(&self, _: &Scope, _: Span, _: &ContactFilter) -> Result<Box<dyn ContactSnapshot>> {
        not_asked()
    }
}

#[async_trait]
impl ImportJobs for MemoryStore {
    async fn receive(&self, _: &Scope, _: NewImport, _: StagingLimits, _: Lease) -> Result<Receiving> {
        not_asked()
    }

    async fn stage(&self, _: &Scope, _: ImportId, _: StagedPiece, _: StagingLimits, _: Lease) -> Result<Staging> {
        not_asked()
    }

    async fn submit(&self, _: &Scope, _: ImportId) -> Result<Option<Import>> {
        not_asked()
    }

    async fn give_up(&self, _: &Scope, _: ImportId) -> Result<()> {
        not_asked()
    }

    async fn begin(&self, _: &Scope, _: Beginning, _: Lease) -> Result<Begun> {
        not_asked()
    }

    async fn get(&self, _: &Scope, _: ImportId) -> Result<Option<Import>> {
        not_asked()
    }

    async fn page(&self, _: &Scope, _: Keyset<ImportId>) -> Result<Page<Import>> {
        not_asked()
    }

    async fn report(&self, _: &Scope, _: ImportId, _: u64) -> Result<Option<Vec<u8>>> {
        not_asked()
    }

    async fn left_alone(&self, _: &Scope, _: ImportId, _: Keyset<ContactId>) -> Result<Page<LeftAlone>> {
        not_asked()
    }

    async fn cancel(&self, _: &Scope, _: ImportId, _: EndTimes) -> Result<Option<Import>> {
        not_asked()
    }

    async fn resume(&self, _: &Scope, _: ImportId) -> Result<Turned> {
        not_asked()
    }

    async fn undo(&self, _: &Scope, _: ImportId) -> Result<Turned> {
        not_asked()
    }
}

#[async_trait]
impl ImportRuns for MemoryStore {
    async fn claim(&self, _: Timestamp, _: Lease, _: u32) -> Result<Option<Claim>> {
        not_asked()
    }

    async fn staged(&self, _: &Claim, _: u64) -> Result<Option<Vec<u8>>> {
        not_asked()
    }

    async fn create_group(&self, _: &Claim, _: NewGroup, _: Timestamp) -> Result<Worked<ContactGroup>> {
        not_asked()
    }

    async fn step(&self, _: &Claim, _: ImportStep) -> Result<Worked<Vec<OperationOutcome>>> {
        not_asked()
    }

    async fn finish(&self, _: &Claim, _: ImportEnd, _: EndTimes) -> Result<Worked<()>> {
        not_asked()
    }

    async fn undo_step(&self, _: &Claim, _: Lease, _: EndTimes) -> Result<Worked<bool>> {
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
