//! What the database has on record, beside what this program knows.

use std::collections::BTreeMap;

use sqlx::PgExecutor;
use sqlx::migrate::Migration;

use super::MigrationError;
use crate::MIGRATOR;
use crate::error::names_no_table;

/// A migration that was just applied or reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub version: i64,
    /// What its file's name says.
    pub description: String,
}

impl Applied {
    pub(super) fn of(migration: &Migration) -> Self {
        Self { version: migration.version, description: migration.description.to_string() }
    }
}

/// A migration and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationState {
    /// Its number.
    pub version: i64,
    /// What its file's name says.
    pub description: String,
    /// How it stands.
    pub state: State,
}

/// How a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The database has it.
    Applied,
    /// The database doesn't have it yet.
    Pending,
    /// The database has it, but with another text.
    Changed,
    /// The database has it, and this program doesn't know it: a newer one has been here.
    Unknown,
}

/// A row of `_sqlx_migrations`.
pub(crate) struct Recorded {
    version: i64,
    description: String,
    checksum: Vec<u8>,
}

/// What the database has on record; nothing, if it was never migrated.
pub(crate) async fn recorded(connection: impl PgExecutor<'_>) -> sqlx::Result<Vec<Recorded>> {
    // Not checked at compile time: the table isn't one of ours.
    let rows = sqlx::query_as("SELECT version, description, checksum FROM _sqlx_migrations WHERE success")
        .fetch_all(connection)
        .await;
    match rows {
        Ok(rows) => Ok(rows
            .into_iter()
            .map(|(version, description, checksum)| Recorded { version, description, checksum })
            .collect()),
        Err(error) if names_no_table(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// How every migration stands that this program or the database knows, oldest first.
pub(crate) fn states(recorded: &[Recorded]) -> Vec<MigrationState> {
    let mut states: BTreeMap<i64, MigrationState> = recorded
        .iter()
        .map(|row| {
            let description = row.description.clone();
            (row.version, MigrationState { version: row.version, description, state: State::Unknown })
        })
        .collect();
    for migration in MIGRATOR.iter().filter(|migration| migration.migration_type.is_up_migration()) {
        let row = recorded.iter().find(|row| row.version == migration.version);
        let state = match row {
            None => State::Pending,
            Some(row) if row.checksum == *migration.checksum => State::Applied,
            Some(_) => State::Changed,
        };
        let description = migration.description.to_string();
        states.insert(migration.version, MigrationState { version: migration.version, description, state });
    }
    states.into_values().collect()
}

/// Refuses a database whose migrations aren't this program's.
pub(super) fn refuse_foreign(states: &[MigrationState]) -> Result<(), MigrationError> {
    for MigrationState { version, description, state } in states {
        let (version, description) = (*version, description.clone());
        match state {
            State::Changed => return Err(MigrationError::Changed { version, description }),
            State::Unknown => return Err(MigrationError::Unknown { version, description }),
            State::Applied | State::Pending => {}
        }
    }
    Ok(())
}
