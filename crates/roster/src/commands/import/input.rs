//! The file that is imported, and how far it has been read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;

use crate::output::Foreign;

/// A file, or standard input.
pub struct Input {
    from: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
    length: Option<u64>,
}

impl Input {
    /// `-` is standard input.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let read = Arc::default();
        if path.as_os_str() == "-" {
            return Ok(Self { from: Box::new(io::stdin()), read, length: None });
        }
        let name = || Foreign(&path.to_string_lossy()).to_string();
        let file = File::open(path).with_context(name)?;
        // What a pipe or a device holds nobody knows.
        let length = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
        Ok(Self { from: Box::new(file), read, length })
    }

    /// So many bytes of it have been read.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// So many there are, where that is known.
    pub const fn length(&self) -> Option<u64> {
        self.length
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
