use sqlx::migrate::MigrateError;

use crate::ConnectError;

/// Why migrations stand as they are.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// There is no database to migrate.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Another run has been at it for long.
    #[error("another migration of this database is running, or hangs: try again when it has ended")]
    Busy,
    /// A file isn't what it was when it was applied.
    #[error(
        "migration {version} ({description}) was changed after it was applied: bring its file back to what it was, and \
         put the change into a new migration"
    )]
    Changed {
        /// Which.
        version: i64,
        /// What its file's name says.
        description: String,
    },
    /// A newer program has been here.
    #[error(
        "the database has migration {version} ({description}), which this program doesn't know: use the newer program \
         that applied it, or revert it with that one first"
    )]
    Unknown {
        /// Which.
        version: i64,
        /// What its file's name said.
        description: String,
    },
    /// A migration has no way back.
    #[error("migration {version} can't be reverted: there is no file that says how")]
    OneWay {
        /// Which.
        version: i64,
    },
    /// A migration's statements fail.
    #[error("migration {version} failed and was undone")]
    Failed {
        /// Which.
        version: i64,
        /// What the database said.
        source: sqlx::Error,
    },
    /// Anything else that the database said.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl From<MigrateError> for MigrationError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::ExecuteMigration(source, version) => Self::Failed { version, source },
            MigrateError::Execute(source) => Self::Database(source),
            other => Self::Database(sqlx::Error::from(other)),
        }
    }
}
