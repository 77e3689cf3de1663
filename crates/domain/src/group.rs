//! Contact groups.

use crate::values::{GroupTitle, Invalid, InvalidCode};
use crate::{ClientId, GroupId, Timestamp, Version};

/// A named set of a client's contacts. Of each client's groups exactly one is the default, at every instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactGroup {
    /// `_id`.
    pub id: GroupId,
    /// Whose it is.
    pub client_id: ClientId,
    /// What it is called; two may share a title.
    pub title: GroupTitle,
    /// Whether contacts without a group of their own come here.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// `__v` of the system it was imported from, 0 otherwise.
    pub legacy_version: i64,
    /// Counts every change of the row.
    pub revision: i64,
}

impl ContactGroup {
    /// The state it is in.
    #[must_use]
    pub const fn version(&self) -> Version {
        Version { created_at: self.created_at, revision: self.revision }
    }
}

/// A group to be made. Imported ones bring their own id, times and `__v`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGroup {
    /// `_id`.
    pub id: GroupId,
    /// What it is called.
    pub title: GroupTitle,
    /// Makes it the default and unmakes the other, in the same act.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// `__v` of the system it was imported from.
    pub legacy_version: i64,
}

impl NewGroup {
    /// The group that it becomes in this client.
    #[must_use]
    pub fn made_in(&self, client_id: ClientId) -> ContactGroup {
        ContactGroup {
            id: self.id,
            client_id,
            title: self.title.clone(),
            is_default: self.is_default,
            created_at: self.created_at,
            updated_at: self.updated_at,
            legacy_version: self.legacy_version,
            revision: 0,
        }
    }
}

/// What an update sets; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChanges {
    /// A new title.
    pub title: Option<GroupTitle>,
    /// `true` makes it the default and unmakes the other; `false` is refused for the default group and says nothing
    /// for another.
    pub is_default: Option<bool>,
}

/// What becomes of a deleted group's contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContactsFate {
    /// They move to the client's default group.
    #[default]
    Move,
    /// They are deleted with it.
    Delete,
    /// The group isn't deleted while it has any.
    Refuse,
}

impl ContactsFate {
    /// Reads the query's `contacts=move|delete|refuse`.
    ///
    /// # Errors
    /// When it is another word.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "move" => Ok(Self::Move),
            "delete" => Ok(Self::Delete),
            "refuse" => Ok(Self::Refuse),
            _ => Err(Invalid::new(InvalidCode::Malformed, "must be move, delete or refuse")),
        }
    }
}
