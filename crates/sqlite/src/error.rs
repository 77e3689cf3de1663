//! From SQLite's failures to the domain's: the one place that knows its codes.

use std::path::PathBuf;

use roster_domain::ports::StoreError;
use rusqlite::ErrorCode;

/// The store can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file, or the one beside it that processes lock, can't be made or read.
    #[error("can't open {}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite refuses it: it is no database, or a damaged one, or another process holds it.
    #[error("SQLite can't open {}", path.display())]
    Database {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// No thread to work on.
    #[error("can't start a thread")]
    Thread(#[source] std::io::Error),
}

/// What a failure means to the caller. A constraint that an act expects to fail never gets here: acts look before they
/// write, in the same transaction, since SQLite doesn't name a foreign key that failed.
pub(crate) fn store_error(failure: rusqlite::Error) -> StoreError {
    match failure.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationInterrupted
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly,
        ) => StoreError::unavailable(failure),
        // These don't pass by themselves.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::failed(failure),
        _ if spoils_connection(&failure) => StoreError::unavailable(failure),
        _ => StoreError::failed(failure),
    }
}

/// Whether the connection can't be trusted after this: SQLite may have rolled back by itself, or hold pages in memory
/// that aren't those on disk.
pub(crate) fn spoils_connection(failure: &rusqlite::Error) -> bool {
    matches!(
        failure.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use rusqlite::ffi;

    #[rstest]
    #[case(ffi::SQLITE_BUSY, true, false)]
    #[case(ffi::SQLITE_BUSY_SNAPSHOT, true, false)]
    #[case(ffi::SQLITE_LOCKED, true, false)]
    #[case(ffi::SQLITE_INTERRUPT, true, false)]
    #[case(ffi::SQLITE_CANTOPEN, true, false)]
    #[case(ffi::SQLITE_READONLY, true, false)]
    #[case(ffi::SQLITE_PROTOCOL, true, false)]
    #[case(ffi::SQLITE_FULL, true, true)]
    #[case(ffi::SQLITE_IOERR_WRITE, true, true)]
    #[case(ffi::SQLITE_NOMEM, true, true)]
    #[case(ffi::SQLITE_CORRUPT, false, true)]
    #[case(ffi::SQLITE_NOTADB, false, true)]
    #[case(ffi::SQLITE_CONSTRAINT_FOREIGNKEY, false, false)]
    #[case(ffi::SQLITE_CONSTRAINT_PRIMARYKEY, false, false)]
    #[case(ffi::SQLITE_ERROR, false, false)]
    fn codes(#[case] code: i32, #[case] unavailable: bool, #[case] spoils: bool) {
        let failure = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        assert_eq!(spoils_connection(&failure), spoils);
        assert_eq!(matches!(store_error(failure), StoreError::Unavailable(_)), unavailable);
    }
}
