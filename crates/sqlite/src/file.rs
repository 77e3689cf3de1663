//! The database's file and the one beside it that processes lock.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::OpenError;

/// Held while a database is made or migrated, so that several processes started at once take turns: switching a file to
/// WAL fails at once when another process does it too, whatever the busy timeout. Given up when dropped.
///
/// The lock is on a file of its own, `<database>.lock`: closing any handle of the database's own file would make the
/// kernel drop the locks that SQLite holds on it in this process. The file stays, since whoever removes a lock file
/// takes it from under somebody who waits for it.
pub(crate) struct FileLock(#[expect(dead_code, reason = "the lock is given up when the file is closed")] File);

impl FileLock {
    pub(crate) fn acquire(database: &Path) -> Result<Self, OpenError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let lock = || {
            let file = private().write(true).create(true).truncate(false).open(&path)?;
            file.lock()?;
            Ok(Self(file))
        };
        lock().map_err(|source| OpenError::File { path: path.clone(), source })
    }
}

/// Makes an empty file, which SQLite takes for an empty database, unless there is one. Nobody else may read it, from
/// its first instant; `-wal` and `-shm` get the mode of the database. (One that exists isn't even opened: see
/// [`FileLock`] for what closing it would do.)
pub(crate) fn create(path: &Path) -> Result<(), OpenError> {
    match private().write(true).create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(failure) if failure.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(OpenError::File { path: path.to_owned(), source }),
    }
}

/// An absolute path: SQLite takes `:memory:` and `file:…` for something else than files of that name.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, OpenError> {
    std::path::absolute(path).map_err(|source| OpenError::File { path: path.to_owned(), source })
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}
