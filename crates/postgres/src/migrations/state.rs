//! What the database has on record, beside what this program knows.

use std::collections::BTreeMap;

use roster_domain::{Migration, MigrationStanding, MigrationState};
use sqlx::PgExecutor;
use sqlx::migrate::Migration as File;

use super::MigrationError;
use crate::MIGRATOR;
use crate::error::names_no_table;

/// A file's migration, as it is reported.
pub(super) fn named(file: &File) -> Migration {
    Migration { version: file.version, description: file.description.to_string() }
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
pub(crate) fn standings(recorded: &[Recorded]) -> Vec<MigrationStanding> {
    let mut standings: BTreeMap<i64, MigrationStanding> = recorded
        .iter()
        .map(|row| {
            let migration = Migration { version: row.version, description: row.description.clone() };
            (row.version, MigrationStanding { migration, state: MigrationState::Unknown })
        })
        .collect();
    for file in MIGRATOR.iter().filter(|file| file.migration_type.is_up_migration()) {
        let row = recorded.iter().find(|row| row.version == file.version);
        let state = match row {
            None => MigrationState::Pending,
            Some(row) if row.checksum == *file.checksum => MigrationState::Applied,
            Some(_) => MigrationState::Changed,
        };
        standings.insert(file.version, MigrationStanding { migration: named(file), state });
    }
    standings.into_values().collect()
}

/// Refuses a database whose migrations aren't this program's.
pub(super) fn refuse_foreign(standings: &[MigrationStanding]) -> Result<(), MigrationError> {
    for MigrationStanding { migration, state } in standings {
        let Migration { version, description } = migration.clone();
        match state {
            MigrationState::Changed => return Err(MigrationError::Changed { version, description }),
            MigrationState::Unknown => return Err(MigrationError::Unknown { version, description }),
            MigrationState::Applied | MigrationState::Pending => {}
        }
    }
    Ok(())
}
