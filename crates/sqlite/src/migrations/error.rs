//! Why a database can't be migrated.

use crate::OpenError;

/// A database that can't be migrated, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The file can't be made, locked or opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database was made from other files than this program's.
    #[error(
        "migration {version} of the database was made from a file that differs from this program's: run the release \
        that made the database, or, if the file was edited after it was applied, undo that and put the change into a \
        new migration"
    )]
    Changed {
        /// Which.
        version: i64,
    },
    /// A newer program was here.
    #[error(
        "the database has migration {version}, which this program doesn't know: run the newer release that applied \
        it, or revert with that one first"
    )]
    Unknown {
        /// Which.
        version: i64,
    },
    /// Nothing says how to undo it.
    #[error("migration {version} has no file that reverts it: restore a backup instead")]
    Irreversible {
        /// Which.
        version: i64,
    },
    /// A statement of the file failed; nothing of that file was kept.
    #[error("migration {version} failed and was undone")]
    Statement {
        /// Which.
        version: i64,
        /// Why.
        source: rusqlite::Error,
    },
    /// SQLite failed outside a file's statements.
    #[error("SQLite failed")]
    Database(#[from] rusqlite::Error),
}
