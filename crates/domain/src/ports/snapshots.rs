use async_trait::async_trait;

use super::Result;
use crate::{Contact, ContactFilter, GroupTitle, NumberInfo, Scope, Span};

/// Contacts as all of them were at one instant.
#[async_trait]
pub trait ContactSnapshots: Send + Sync {
    /// What a list with this span and filter holds now. It holds something of the store's until it is dropped, so it is
    /// to be read as fast as it comes.
    ///
    /// # Errors
    /// [`Overloaded`](super::StoreError::Overloaded) where too many are being read.
    async fn snapshot(&self, scope: &Scope, span: Span, filter: &ContactFilter) -> Result<Box<dyn ContactSnapshot>>;
}

/// A snapshot that is being read.
#[async_trait]
pub trait ContactSnapshot: Send {
    /// The next of them, oldest first (by id); none behind the last.
    async fn next(&mut self) -> Result<Vec<SnapshotRow>>;
}

/// A contact as a snapshot has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotRow {
    /// The contact.
    pub contact: Contact,
    /// What its group is called.
    pub group_title: GroupTitle,
    /// What its number is.
    pub number: NumberInfo,
}
