use async_trait::async_trait;

use super::Result;
use crate::{Contact, ContactChanges, ContactFilter, ContactId, Keyset, NewContact, Page, Scope, Span, Timestamp};

/// Contacts below a user.
#[async_trait]
pub trait ContactRepository: Send + Sync {
    /// Makes a contact in the group given, else in the default group of the scope's client, else in that of the
    /// user's default client.
    async fn create(&self, scope: &Scope, contact: NewContact) -> Result<ContactCreation>;

    /// One contact that the scope reaches.
    async fn get(&self, scope: &Scope, id: ContactId) -> Result<Option<Contact>>;

    /// A page, newest first (by id). Walked to the end, the pages hold what existed throughout exactly once.
    async fn page(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        keyset: Keyset<ContactId>,
    ) -> Result<Page<Contact>>;

    /// Makes the changes, all or none. Where they change nothing, nothing is written: time and revision stay.
    async fn update(
        &self,
        scope: &Scope,
        id: ContactId,
        changes: ContactChanges,
        at: Timestamp,
    ) -> Result<ContactUpdate>;

    /// Deletes one contact; whether there was one.
    async fn delete(&self, scope: &Scope, id: ContactId) -> Result<bool>;

    /// Deletes what a list with this span and filter holds, if that is as many as the caller expects, else nothing.
    /// More than [`MANY_ROWS`](super::MANY_ROWS) go in steps: those that exist when it begins; interrupted, it can be
    /// repeated with the count that is left.
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
