//! Which state of a row a caller has seen, and what they want to hold before they change it.

use crate::Timestamp;

/// One state of a row. Two writes in one millisecond differ in the revision, and a row made anew under an old id in the
/// time it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// When the row was made.
    pub created_at: Timestamp,
    /// How often it was changed since.
    pub revision: i64,
}

/// What must hold of a row for a write to be done (RFC 9110, 13.1.1: `If-Match`). It is judged in the same act as the
/// write, and also where the write would change nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing but that the row is there.
    #[default]
    Exists,
    /// It is in one of these states.
    OneOf(Vec<Version>),
}

impl Precondition {
    /// Whether a row in this state may be written.
    #[must_use]
    pub fn admits(&self, version: Version) -> bool {
        match self {
            Self::Exists => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }

    /// The states it must be in one of; `None`: any.
    #[must_use]
    pub fn versions(&self) -> Option<&[Version]> {
        match self {
            Self::Exists => None,
            Self::OneOf(versions) => Some(versions),
        }
    }
}
