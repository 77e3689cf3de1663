//! Where the report of a system goes.

use std::ffi::OsString;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::output::Foreign;

/// A file that is made when there is something to tell.
pub struct SystemReportFile {
    path: PathBuf,
    file: Option<File>,
}

impl SystemReportFile {
    /// Where somebody said, else beside the folder.
    pub fn of(said: Option<PathBuf>, folder: &Path) -> Self {
        let path = said.unwrap_or_else(|| {
            // `.` and `..` have a name only where they lead.
            let named = if folder.file_name().is_some() { None } else { folder.canonicalize().ok() };
            // Without a slash at its end.
            let folder = named.as_deref().unwrap_or(folder).components().as_path();
            let mut name = OsString::from(folder);
            name.push(".report.csv");
            name.into()
        });
        Self { path, file: None }
    }
}

impl Write for SystemReportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => {
                let mut options = OpenOptions::new();
                // For the eyes of whoever moves it in.
                let file = options.write(true).create(true).truncate(true).mode(0o600).open(&self.path)?;
                self.file.insert(file).write(bytes)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl fmt::Display for SystemReportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Foreign(&self.path.to_string_lossy()).fmt(f)
    }
}
