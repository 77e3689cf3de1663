//! A whole snapshot into a writer.

use std::io::{self, Write};

use roster_domain::ports::{ContactSnapshot, StoreError};
use tokio::task::spawn_blocking;

use super::Export;

/// Why a snapshot wasn't written to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It couldn't be read on.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was read couldn't be written.
    #[error("what was read can't be written")]
    Write(#[from] io::Error),
}

impl<W: Write + Send + 'static> Export<W> {
    /// Writes all that the snapshot holds, and ends it: beside the threads that wait, while the store reads on. Gives
    /// the writer back, flushed.
    ///
    /// # Errors
    /// When the store fails, or it can't be written.
    pub async fn whole(mut self, mut snapshot: Box<dyn ContactSnapshot>) -> Result<W, ExportError> {
        loop {
            let rows = snapshot.next().await?;
            if rows.is_empty() {
                return Ok(beside(move || self.end()).await?);
            }
            self = beside(move || rows.iter().try_for_each(|row| self.row(row)).map(|()| self)).await?;
        }
    }
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|_| Err(io::Error::other("writing panicked")))
}
