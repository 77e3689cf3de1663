//! Where the report goes.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use roster_domain::ports::ImportJobs;
use roster_domain::{ImportId, Scope};
use roster_transfer::report_header;

use crate::output::Foreign;

/// A file that is made when there is something to tell.
pub struct ReportFile(PathBuf);

impl ReportFile {
    /// Where somebody said, else beside the file that is imported.
    ///
    /// # Errors
    /// When it would take the place of the file itself.
    pub fn of(said: Option<PathBuf>, imported: &Path) -> anyhow::Result<Self> {
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
        Ok(Self(path))
    }

    /// Writes what the import tells of its rows, from the first one on. They are those of people, so it is for the eyes
    /// of whoever imports them.
    ///
    /// # Errors
    /// When it can't be written, or the store fails.
    pub async fn write(&self, imports: &dyn ImportJobs, scope: &Scope, id: ImportId) -> anyhow::Result<()> {
        let failed = || "the report can't be written";
        let mut file = OpenOptions::new()
            .mode(0o600)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&self.0)
            .with_context(failed)?;
        file.write_all(report_header()).with_context(failed)?;
        for part in 0.. {
            let Some(lines) = imports.report(scope, id, part).await? else { break };
            file.write_all(&lines).with_context(failed)?;
        }
        Ok(())
    }
}

impl fmt::Display for ReportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Foreign(&self.0.to_string_lossy()).fmt(f)
    }
}
