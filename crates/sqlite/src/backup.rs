//! A copy of a database as it was at one instant, made while servers read and write it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::{connection, file};

/// How long a lock is waited for, such as that of a server that is just folding its log in at its end.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// There is no copy. Whatever there was of it is gone again.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Nothing to copy.
    #[error("there is no database {}", .0.display())]
    Absent(PathBuf),
    /// Nothing is ever written over.
    #[error("{} is there already; a copy goes to a file that isn't", .0.display())]
    There(PathBuf),
    /// A file can't be made or put in its place.
    #[error("can't write {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite can't copy it.
    #[error("can't copy {}", path.display())]
    Copy {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// What was written isn't whole: the disk is failing, or the database itself is damaged.
    #[error("the copy isn't sound: {0}")]
    Unsound(String),
}

/// Copies the database to a file of that name, which nobody else may read and which is there only once it is whole, checked
/// and on disk. Answers how many bytes it has. Everything is in it that was acknowledged before this call.
///
/// Servers go on meanwhile; their log can't be folded in past what is being copied, so it grows for as long as this takes.
///
/// # Errors
/// When there is no copy; see [`BackupError`].
pub fn backup(database: &Path, to: &Path) -> Result<u64, BackupError> {
    if !database.exists() {
        return Err(BackupError::Absent(database.to_owned()));
    }
    if fs::symlink_metadata(to).is_ok() {
        return Err(BackupError::There(to.to_owned()));
    }
    let unfinished = Unfinished::make(to)?;
    unfinished.fill(database)?;
    unfinished.check()?;
    unfinished.keep(to)
}

/// A file beside the one that it becomes; removed when dropped.
struct Unfinished(PathBuf);

impl Unfinished {
    /// An empty one, which SQLite takes for none.
    fn make(to: &Path) -> Result<Self, BackupError> {
        let mut path = to.as_os_str().to_owned();
        path.push(format!(".{}.part", std::process::id()));
        let path = PathBuf::from(path);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(_) => Ok(Self(path)),
            Err(source) => Err(BackupError::File { path, source }),
        }
    }

    fn fill(&self, database: &Path) -> Result<(), BackupError> {
        let failed = |source| BackupError::Copy { path: database.to_owned(), source };
        let path = file::absolute(database).map_err(|_| BackupError::Absent(database.to_owned()))?;
        let connection = connection::plain(&path, BUSY_TIMEOUT).map_err(failed)?;
        let name = self.0.to_str().ok_or_else(|| self.unwritable(io::ErrorKind::InvalidFilename.into()))?;
        connection.execute("VACUUM INTO ?", [name]).map_err(failed)?;
        Ok(())
    }

    /// Every page, index and constraint of it, and each row that names another.
    fn check(&self) -> Result<(), BackupError> {
        let problem = Connection::open_with_flags(&self.0, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .and_then(|copy| problem(&copy))
            .map_err(|failure| BackupError::Unsound(failure.to_string()))?;
        problem.map_or(Ok(()), |problem| Err(BackupError::Unsound(problem)))
    }

    fn keep(self, to: &Path) -> Result<u64, BackupError> {
        // A link, since renaming would write over a file that has come to be there meanwhile.
        let kept = File::open(&self.0).and_then(|file| file.sync_all()).and_then(|()| fs::hard_link(&self.0, to));
        match kept {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(BackupError::There(to.to_owned()));
            }
            kept => kept.map_err(|source| BackupError::File { path: to.to_owned(), source })?,
        }
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let size = File::open(folder).and_then(|folder| folder.sync_all()).and_then(|()| fs::metadata(to));
        size.map(|file| file.len()).map_err(|source| BackupError::File { path: to.to_owned(), source })
    }

    fn unwritable(&self, source: io::Error) -> BackupError {
        BackupError::File { path: self.0.clone(), source }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The first thing that is wrong with a database.
fn problem(copy: &Connection) -> rusqlite::Result<Option<String>> {
    let integrity: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if integrity != "ok" {
        return Ok(Some(integrity));
    }
    let dangling = copy.prepare("PRAGMA foreign_key_check")?.exists([])?;
    Ok(dangling.then(|| "a row names another that isn't there".to_owned()))
}
