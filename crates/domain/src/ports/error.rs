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
}
