//! Where the report goes.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::bail;
use roster_transfer::ReportWriter;

use crate::output::Foreign;

/// A file that is made when there is something to tell.
pub struct ReportFile {
    path: PathBuf,
    goes_on: bool,
}

impl ReportFile {
    /// Where somebody said, else beside the file that is imported. One that `goes_on` is written behind what is there.
    ///
    /// # Errors
    /// When it would take the place of the file itself.
    pub fn of(said: Option<PathBuf>, imported: &Path, goes_on: bool) -> anyhow::Result<Self> {
        let path = said.unwrap_or_else(|| {
            let name = if imported.as_os_str() == "-" { "import".into() } else { OsString::from(imported) };
            let mut name: OsString = name;
            name.push(".report.csv");
            name.into()
        });
        if let (Ok(report), Ok(imported)) = (fs::canonicalize(&path), fs::canonicalize(imported))
            && report == imported
        {
            bail!("the report must not take the place of the file that is imported");
        }
        Ok(Self { path, goes_on })
    }

    /// Opens it: its rows are those of people, so it is for the eyes of whoever imports them.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn open(&self) -> io::Result<ReportWriter<File>> {
        let mut options = OpenOptions::new();
        options.mode(0o600);
        if self.goes_on {
            let file = options.append(true).create(true).open(&self.path)?;
            let is_new = file.metadata()?.len() == 0;
            return Ok(if is_new { ReportWriter::begin(file) } else { ReportWriter::resume(file) });
        }
        Ok(ReportWriter::begin(options.write(true).create(true).truncate(true).open(&self.path)?))
    }
}

impl fmt::Display for ReportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Foreign(&self.path.to_string_lossy()).fmt(f)
    }
}
