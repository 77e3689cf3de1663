//! Why an import can't go on.

use roster_domain::ports::StoreError;
use roster_domain::{ImportEnd, ImportFailure, Invalid, Unsettled};

use crate::Failure;

/// Why an import can't go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// What follows can't be read.
    #[error(transparent)]
    File(Failure),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It went while contacts were imported into it.
    #[error("the client is gone")]
    ClientGone,
    /// The group that all were to go to isn't one of the client's.
    #[error("the client has no group with the id or title {0:?}")]
    NoSuchGroup(String),
    /// Several groups have the title that was said.
    #[error("several groups have the title {0:?}: say which by its id")]
    SeveralGroups(String),
    /// See [`Unsettled`].
    #[error(transparent)]
    Unsettled(#[from] Unsettled),
    /// No thread could be had to read the file, or it ended before the file did.
    #[error("the reading of the file broke off")]
    Reading,
    /// What was asked of it can't be read any more.
    #[error("what was asked of the import {0}")]
    Request(#[from] Invalid),
}

impl ImportError {
    /// The same for whoever asked for the import: with nothing in it that is the store's.
    #[must_use]
    pub fn failure(&self) -> ImportFailure {
        let code = match self {
            Self::File(Failure::NoNumberColumn { .. }) => "no_number_column",
            Self::File(_) => "unreadable_file",
            Self::ClientGone => "client_gone",
            Self::NoSuchGroup(_) => "no_such_group",
            Self::SeveralGroups(_) => "several_groups",
            Self::Unsettled(_) => "unaccounted",
            Self::Store(_) if self.is_of_the_moment() => {
                return failure("store_unavailable", "the store couldn't be reached for a while");
            }
            Self::Store(_) | Self::Reading | Self::Request(_) => return internal(),
        };
        failure(code, &self.to_string())
    }
}

impl ImportError {
    /// Whether the store may have been away, or had too much to do, and nothing else is wrong.
    pub(super) const fn is_of_the_moment(&self) -> bool {
        matches!(self, Self::Store(StoreError::Unavailable(_) | StoreError::Overloaded))
    }

    /// How the work on a file that was handed over ends with it.
    pub(super) fn end(&self) -> ImportEnd {
        let failure = self.failure();
        match self {
            // The file and the defect are the same next time.
            Self::File(_)
            | Self::Store(StoreError::Failed(_))
            | Self::Unsettled(_)
            | Self::Reading
            | Self::Request(_) => ImportEnd::FailedForGood(failure),
            // Groups may be made, and stores come back.
            Self::NoSuchGroup(_) | Self::SeveralGroups(_) | Self::ClientGone | Self::Store(_) => {
                ImportEnd::Failed(failure)
            }
        }
    }
}

/// Of a defect.
pub fn internal() -> ImportFailure {
    failure("internal", "something went wrong that shouldn't have")
}

fn failure(code: &str, message: &str) -> ImportFailure {
    ImportFailure { code: code.to_owned(), message: message.to_owned() }
}

impl From<Failure> for ImportError {
    /// A file that comes out of a store can't be read where the store fails.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Read(error) => match error.downcast() {
                Ok(error) => Self::Store(error),
                Err(error) => Self::File(Failure::Read(error)),
            },
            failure => Self::File(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::Tally;
    use std::io;

    #[test]
    fn nothing_of_the_store_is_told() {
        let errors = [
            StoreError::unavailable("10.0.0.7 is away").into(),
            ImportError::from(Failure::Read(io::Error::other(StoreError::unavailable("10.0.0.7 is away")))),
            StoreError::Overloaded.into(),
            StoreError::failed("SELECT 7").into(),
        ];
        let told = errors.map(|error: ImportError| error.failure());
        assert_eq!(
            told.each_ref().map(|failure| failure.code.as_str()),
            ["store_unavailable", "store_unavailable", "store_unavailable", "internal"]
        );
        assert!(told.iter().all(|failure| !failure.message.contains('7')));
    }

    #[test]
    fn a_file_is_kept_for_what_trying_again_may_cure() {
        let may_be_cured = |error: ImportError| matches!(error.end(), ImportEnd::Failed(_));
        assert!(may_be_cured(StoreError::Overloaded.into()));
        assert!(may_be_cured(StoreError::unavailable("away").into()));
        assert!(may_be_cured(ImportError::NoSuchGroup("Friends".to_owned())));
        assert!(may_be_cured(ImportError::SeveralGroups("Friends".to_owned())));
        assert!(!may_be_cured(StoreError::failed("SELECT 7").into()));
        assert!(!may_be_cured(Failure::NoNumberColumn { columns: Vec::new() }.into()));
        assert!(!may_be_cured(Unsettled(Tally::default()).into()));
        assert!(!may_be_cured(ImportError::Reading));
    }

    #[test]
    fn a_file_that_cant_be_read_is_none_of_the_stores() {
        let error = ImportError::from(Failure::Read(io::Error::other("torn")));
        assert_eq!(
            (error.failure().code.as_str(), error.to_string().as_str()),
            ("unreadable_file", "the file could not be read")
        );
        let columns = Vec::new();
        assert_eq!(ImportError::from(Failure::NoNumberColumn { columns }).failure().code, "no_number_column");
    }
}
