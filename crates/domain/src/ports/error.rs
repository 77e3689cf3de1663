//! What can go wrong in any act of any store.

use std::error::Error;

/// What a port answers.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A failure that isn't an outcome the act knows. None of its text may leave the server.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store can't be reached, took too long, or has no room left. Trying again later may help; nothing was
    /// written, unless the answer to a write was lost or the act goes in steps.
    #[error("the store is unavailable: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// More waits for the store than it may; nothing was begun.
    #[error("the store has too much waiting")]
    Overloaded,
    /// Anything else: a defect, to be looked into.
    #[error("the store failed: {0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// See [`StoreError::Unavailable`].
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// See [`StoreError::Failed`].
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }

    /// The same failure once more, for another act that met it: its cause has one owner, so the other hears its text.
    #[must_use]
    pub fn again(&self) -> Self {
        match self {
            Self::Unavailable(source) => Self::unavailable(source.to_string()),
            Self::Overloaded => Self::Overloaded,
            Self::Failed(source) => Self::failed(source.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_again_is_the_same() {
        for error in [StoreError::unavailable("gone"), StoreError::Overloaded, StoreError::failed("a defect")] {
            let again = error.again();
            assert_eq!(std::mem::discriminant(&again), std::mem::discriminant(&error));
            assert_eq!(again.to_string(), error.to_string());
        }
    }
}
