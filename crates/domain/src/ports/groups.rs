use async_trait::async_trait;

use super::Result;
use crate::{
    ContactFilter, ContactGroup, ContactsFate, GroupChanges, GroupId, Keyset, NewGroup, Page, Precondition, Scope,
    Span, Timestamp,
};

/// Contact groups below a user.
///
/// Each client has exactly one default group at every instant, also while these are called concurrently.
#[async_trait]
pub trait GroupRepository: Send + Sync {
    /// Makes a group in the scope's client, or in the user's default client. As the default it takes over from the
    /// other in the same act (`group.created_at` is the time of that change). `None`: the scope's client is gone.
    async fn create(&self, scope: &Scope, group: NewGroup) -> Result<Option<ContactGroup>>;

    /// One group that the scope reaches.
    async fn get(&self, scope: &Scope, id: GroupId) -> Result<Option<ContactGroup>>;

    /// A page, oldest first (by id).
    async fn page(&self, scope: &Scope, span: Span, keyset: Keyset<GroupId>) -> Result<Page<ContactGroup>>;

    /// The same page, each group with how many of its contacts match the filter (whose `group_id` says nothing here).
    async fn page_with_counts(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        keyset: Keyset<GroupId>,
    ) -> Result<Page<(ContactGroup, u64)>>;

    /// Makes the changes, all or none, if the precondition holds. Where they change nothing, nothing is written: time
    /// and revision stay.
    async fn update(
        &self,
        scope: &Scope,
        id: GroupId,
        changes: GroupChanges,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<GroupUpdate>;

    /// Deletes a group, if the precondition holds when it begins and when the group goes. Its contacts move to the client's default group (with a new time and revision) or are deleted.
    /// More than [`MANY_ROWS`](super::MANY_ROWS) of them go in steps before the group and the last of them go in one
    /// transaction: at every instant each contact is in an existing group of its client, and an interrupted deletion
    /// can be repeated.
    async fn delete(
        &self,
        scope: &Scope,
        id: GroupId,
        fate: ContactsFate,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<GroupDeletion>;
}

/// What became of a group to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupUpdate {
    /// As it is now.
    Done(ContactGroup),
    /// The scope reaches no such group.
    Absent,
    /// It is the default group and can't stop being that by itself.
    DefaultGroup,
    /// The precondition doesn't hold.
    Stale,
}

/// What became of a group to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupDeletion {
    /// It is gone.
    Done {
        /// How many contacts moved or went with it.
        contacts: u64,
    },
    /// The scope reaches no such group.
    Absent,
    /// It is the client's default group.
    DefaultGroup,
    /// It has contacts, and the caller asked to refuse then.
    NotEmpty,
    /// The precondition doesn't hold.
    Stale,
}
