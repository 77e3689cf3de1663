//! The store: its threads, opened and closed together.

use std::path::Path;
use std::sync::Arc;

use roster_domain::ports::Listeners;

use crate::snapshots::Snapshots;
use crate::threads::{Readers, Writer};
use crate::{OpenError, SqliteOptions, file};

/// Every port of `roster_domain` over one SQLite file. Dropped, it closes.
pub struct SqliteStore {
    // Closed in this order: folding the WAL in waits for readers.
    pub(crate) snapshots: Snapshots,
    pub(crate) readers: Readers,
    pub(crate) writer: Writer,
    pub(crate) listeners: Listeners,
}

impl SqliteStore {
    /// Opens the file at this path, and makes it (mode 0600) where there is none. Doesn't migrate it: see
    /// [`migrations`](crate::migrations). Blocks while another process makes or migrates the same file.
    ///
    /// # Errors
    /// When the file can't be made, read or written, or is no database.
    pub fn open(path: &Path, options: &SqliteOptions) -> Result<Arc<Self>, OpenError> {
        let path = file::absolute(path)?;
        let lock = file::FileLock::acquire(&path)?;
        file::create(&path)?;
        let writer = Writer::start(&path, options)?;
        let readers = Readers::start(&path, options)?;
        let snapshots = Snapshots::new(path, options);
        drop(lock);
        Ok(Arc::new(Self { snapshots, readers, writer, listeners: Listeners::default() }))
    }

    /// Takes nothing more, does what waits, and folds the write-ahead log into the file, so that this is all there is
    /// to copy. Blocks for as long as that takes; from then on the ports answer that the store is unavailable.
    pub fn close(&self) {
        self.snapshots.close();
        self.readers.close();
        self.writer.close();
    }
}
