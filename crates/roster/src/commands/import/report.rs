//! Where the report goes.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use roster_domain::ports::ImportJobs;
use roster_domain::{ImportId, Scope};
use roster_transfer::report_header;

use crate::output::Foreign;

/// A file that is made when there is something to tell. What it tells of is people's, so it is for the eyes of whoever
/// imports them.
pub struct ReportFile {
    path: PathBuf,
    file: Option<File>,
}

impl ReportFile {
    /// Where somebody said, else beside this file or folder; but not in the place of one of those files.
    ///
    /// # Errors
    /// When it would take the place of one.
    pub fn of<'f>(
        said: Option<PathBuf>,
        beside: &Path,
        not_over: impl IntoIterator<Item = &'f Path>,
    ) -> anyhow::Result<Self> {
        let path = said.unwrap_or_else(|| {
            // `.` and `..` have a name only where they lead.
            let named = if beside.file_name().is_some() { None } else { beside.canonicalize().ok() };
            // Without a slash at its end.
            let beside = named.as_deref().unwrap_or(beside).components().as_path();
            let mut name = OsString::from(beside);
            name.push(".report.csv");
            name.into()
        });
        if let Some(report) = identity(&path)
            && let Some(file) = not_over.into_iter().find(|file| identity(file) == Some(report))
        {
            bail!(
                "the report must not take the place of a file that is imported: {}",
                Foreign(&file.to_string_lossy())
            );
        }
        Ok(Self { path, file: None })
    }

    /// Writes what an import tells of its rows, from the first one on.
    ///
    /// # Errors
    /// When it can't be written, or the store fails.
    pub async fn fill(&mut self, imports: &dyn ImportJobs, scope: &Scope, id: ImportId) -> anyhow::Result<()> {
        let failed = || "the report can't be written";
        self.write_all(report_header()).with_context(failed)?;
        for part in 0.. {
            let Some(lines) = imports.report(scope, id, part).await? else { break };
            self.write_all(&lines).with_context(failed)?;
        }
        Ok(())
    }

    fn open(&self) -> io::Result<File> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&self.path)?;
        // One that was there already has had others' rights; a device or a pipe keeps its own.
        if file.metadata()?.is_file() {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }
}

/// The same for all names that lead to a file that is there.
fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

impl Write for ReportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = match self.file.take() {
            Some(file) => file,
            None => self.open()?,
        };
        self.file.insert(file).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl fmt::Display for ReportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Foreign(&self.path.to_string_lossy()).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn it_is_made_for_ones_own_eyes_also_where_there_was_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv.report.csv");
        for _ in 0..2 {
            let mut report = ReportFile::of(None, &folder.path().join("people.csv"), []).unwrap();
            report.write_all(b"one").unwrap();
            report.write_all(b", two").unwrap();
            assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"one, two".to_vec(), 0o600));
            fs::write(&path, "longer than that").unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        }
    }

    #[test]
    fn there_is_none_before_there_is_something_to_tell() {
        let folder = tempfile::tempdir().unwrap();
        let mut report = ReportFile::of(None, &folder.path().join("people.csv"), []).unwrap();
        report.flush().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn it_takes_the_place_of_nothing_that_is_imported() {
        let folder = tempfile::tempdir().unwrap();
        let [file, linked, free] = ["people.csv", "linked.csv", "free.csv"].map(|name| folder.path().join(name));
        fs::write(&file, "number").unwrap();
        fs::hard_link(&file, &linked).unwrap();
        for said in [&file, &linked] {
            let refused = ReportFile::of(Some(said.clone()), &file, [file.as_path()]);
            assert!(refused.is_err_and(|error| error.to_string().contains("people.csv")));
        }
        assert!(ReportFile::of(Some(free), &file, [file.as_path()]).is_ok());
    }

    #[test]
    fn a_folder_has_it_beside_itself() {
        let of = |folder: &str| ReportFile::of(None, Path::new(folder), []).unwrap().to_string();
        assert_eq!(of("dump/"), "dump.report.csv");
        assert!(of(".").ends_with(".report.csv") && of(".").len() > "..report.csv".len());
    }
}
