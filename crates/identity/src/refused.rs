//! What every call with a password may meet, whatever else it is about.

use roster_domain::ports::StoreError;

use crate::passwords::HashingError;

/// Why a password was neither looked at nor stored. Trying again later may help.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It was tried too often.
    #[error("too many attempts")]
    TooMany {
        /// Whole seconds until trying again may help, at least one.
        retry_after: u32,
    },
    /// Too many passwords wait to be hashed.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HashingError> for Refused {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            error => Self::Store(StoreError::failed(error)),
        }
    }
}
