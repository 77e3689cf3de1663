use async_trait::async_trait;

use super::Result;
use crate::{
    Contact, ContactChanges, ContactFilter, ContactId, ContactOrder, ContactPage, ContactPlace, Keyset, NewContact,
    NumberInfo, Precondition, Scope, Span, Timestamp,
};

/// Contacts below a user.
#[async_trait]
pub trait ContactRepository: Send + Sync {
    /// Makes a contact in the group given, else in the default group of the scope's client, else in that of the
    /// user's default client.
    async fn create(&self, scope: &Scope, contact: NewContact) -> Result<ContactCreation>;

    /// One contact that the scope reaches.
    async fn get(&self, scope: &Scope, id: ContactId) -> Result<Option<Contact>>;

    /// The same, with what its number is.
    async fn get_with_number_info(&self, scope: &Scope, id: ContactId) -> Result<Option<(Contact, NumberInfo)>>;

    /// A page in this order. Walked to the end, the pages hold what existed throughout, and matched, exactly once
    /// (except by name what was renamed or derived anew meanwhile). Where no client is named and `span` is one client, the user's
    /// default client is meant.
    async fn page(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        order: ContactOrder,
        keyset: Keyset<ContactPlace>,
    ) -> Result<ContactPage>;

    /// How many contacts a list with this span and filter holds, at one instant.
    async fn count(&self, scope: &Scope, span: Span, filter: &ContactFilter) -> Result<u64>;

    /// Makes the changes, all or none, if the precondition holds. Where they change nothing, nothing is written: time
    /// and revision stay.
    async fn update(
        &self,
        scope: &Scope,
        id: ContactId,
        changes: ContactChanges,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<ContactUpdate>;

    /// Deletes one contact, if the precondition holds.
    async fn delete(&self, scope: &Scope, id: ContactId, precondition: Precondition) -> Result<ContactDeletion>;

    /// Deletes what a list with this span and filter holds, if that is as many as the caller expects, else nothing.
    /// Which they are is settled when it begins; what has gone by its turn, or doesn't match any more (whichever of the
    /// filter's conditions it is), stays as it is.
    ///
    /// Up to [`MANY_ROWS`](super::MANY_ROWS) go at once: where one of them has gone or left the list meanwhile, the others
    /// stay too, and the count has changed. More go in steps: the count is judged when it begins, what is answered is how
    /// many were deleted; interrupted, it can be repeated with the count that is left.
    async fn delete_matching(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        expected: u64,
    ) -> Result<MatchingDeletion>;
}

/// What became of a contact to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactCreation {
    /// It exists.
    Done(Contact),
    /// The group given isn't one the scope reaches.
    UnknownGroup,
    /// No group was given and the scope's client is gone.
    ClientGone,
}

/// What became of a contact to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactUpdate {
    /// As it is now.
    Done(Contact),
    /// The scope reaches no such contact.
    Absent,
    /// The group given isn't one of the contact's client.
    UnknownGroup,
    /// The precondition doesn't hold.
    Stale,
}

/// What became of a contact to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactDeletion {
    /// It is gone.
    Done,
    /// The scope reaches no such contact.
    Absent,
    /// The precondition doesn't hold.
    Stale,
}

/// What became of contacts to be deleted by filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchingDeletion {
    /// So many are gone.
    Done {
        /// How many.
        deleted: u64,
    },
    /// There were not as many as expected; nothing was deleted.
    CountChanged {
        /// How many there are.
        actual: u64,
    },
}
