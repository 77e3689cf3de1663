//! `_sqlx_migrations`: which migrations a database has. The table and its rows are those of sqlx 0.9's own SQLite
//! driver (`sqlx-sqlite/src/migrate.rs`).

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Result, params};
use sqlx::migrate::Migration;

/// One migration that a database has.
pub(super) struct Row {
    pub(super) version: i64,
    pub(super) description: String,
    /// SHA-384 of the file it was made from.
    pub(super) checksum: Vec<u8>,
}

impl Row {
    /// The row of this file.
    pub(super) fn of(migration: &Migration) -> Self {
        Self {
            version: migration.version,
            description: migration.description.to_string(),
            checksum: migration.checksum.to_vec(),
        }
    }
}

/// Makes the table, with sqlx's own words.
pub(super) fn ensure_table(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "
CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
                ",
    )
}

/// Every row, oldest first; none where there is no table.
pub(super) fn rows(connection: &Connection) -> Result<Vec<Row>> {
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'";
    if connection.query_row(table, [], |_| Ok(())).optional()?.is_none() {
        return Ok(Vec::new());
    }
    connection
        .prepare("SELECT version, description, checksum FROM _sqlx_migrations ORDER BY version")?
        .query_map([], |row| Ok(Row { version: row.get(0)?, description: row.get(1)?, checksum: row.get(2)? }))?
        .collect()
}

/// That the database has it now.
pub(super) fn insert(connection: &Connection, row: &Row, took: Duration) -> Result<()> {
    let nanoseconds = i64::try_from(took.as_nanos()).unwrap_or(i64::MAX);
    connection
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (?1, ?2, TRUE, ?3, ?4)",
            params![row.version, row.description, row.checksum, nanoseconds],
        )
        .map(drop)
}

/// That the database has it no more.
pub(super) fn delete(connection: &Connection, version: i64) -> Result<()> {
    connection.execute("DELETE FROM _sqlx_migrations WHERE version = ?1", params![version]).map(drop)
}
