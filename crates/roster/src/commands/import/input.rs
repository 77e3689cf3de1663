//! The file that is imported.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context;
use roster_domain::ImportFile;

use crate::output::Foreign;

/// A file, or standard input.
pub struct Input {
    from: Box<dyn Read + Send>,
    about: ImportFile,
}

impl Input {
    /// What [`is_stdin`] says is standard input.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if is_stdin(path) {
            return Ok(Self { from: Box::new(io::stdin()), about: ImportFile::default() });
        }
        let file = File::open(path).with_context(|| Foreign(&path.to_string_lossy()).to_string())?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        // What a pipe or a device holds nobody knows.
        let bytes = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
        Ok(Self { from: Box::new(file), about: ImportFile { name, content_type: None, bytes } })
    }

    /// What is known of it.
    pub const fn about(&self) -> &ImportFile {
        &self.about
    }
}

/// Whether this stands for standard input in the place of a file.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.from.read(buffer)
    }
}
