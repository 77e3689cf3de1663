//! The files beside the rows: what is applied, what is to be done, and whether they fit.

use std::collections::BTreeMap;

use roster_domain::{Migration, MigrationStanding, MigrationState};
use sqlx::migrate::{Migration as File, Migrator};

use super::MigrationError;
use super::bookkeeping::Row;

/// The file that applies a migration and the one that reverts it.
pub(super) struct Files<'a> {
    pub(super) up: &'a File,
    pub(super) down: Option<&'a File>,
}

/// What this program and a database each know about one version.
struct Version<'a> {
    files: Option<Files<'a>>,
    standing: MigrationStanding,
}

/// All versions, by number.
pub(super) struct Plan<'a>(BTreeMap<i64, Version<'a>>);

impl<'a> Plan<'a> {
    pub(super) fn new(migrator: &'a Migrator, rows: &[Row]) -> Self {
        let mut versions = BTreeMap::new();
        for up in migrator.iter().filter(|file| file.migration_type.is_up_migration()) {
            let down =
                migrator.iter().find(|file| file.version == up.version && file.migration_type.is_down_migration());
            let standing = MigrationStanding { migration: named(up), state: MigrationState::Pending };
            versions.insert(up.version, Version { files: Some(Files { up, down }), standing });
        }
        for row in rows {
            versions
                .entry(row.version)
                .and_modify(|version| {
                    let same = version.files.as_ref().is_some_and(|files| *files.up.checksum == *row.checksum);
                    version.standing.state = if same { MigrationState::Applied } else { MigrationState::Changed };
                })
                .or_insert_with(|| {
                    let migration = Migration { version: row.version, description: row.description.clone() };
                    Version { files: None, standing: MigrationStanding { migration, state: MigrationState::Unknown } }
                });
        }
        Self(versions)
    }

    /// Oldest first.
    pub(super) fn standings(self) -> Vec<MigrationStanding> {
        self.0.into_values().map(|version| version.standing).collect()
    }

    /// Whether this program may touch the database.
    pub(super) fn check(&self) -> Result<(), MigrationError> {
        for (&version, known) in &self.0 {
            match known.standing.state {
                MigrationState::Changed => return Err(MigrationError::Changed { version }),
                MigrationState::Unknown => return Err(MigrationError::Unknown { version }),
                MigrationState::Applied | MigrationState::Pending => {}
            }
        }
        Ok(())
    }

    /// The files of what the database lacks, oldest first.
    pub(super) fn pending(&self) -> impl Iterator<Item = &Files<'a>> {
        self.in_state(MigrationState::Pending)
    }

    /// The files of the newest that the database has.
    pub(super) fn newest_applied(&self) -> Option<&Files<'a>> {
        self.in_state(MigrationState::Applied).last()
    }

    fn in_state(&self, state: MigrationState) -> impl Iterator<Item = &Files<'a>> {
        self.0
            .values()
            .filter(move |version| version.standing.state == state)
            .filter_map(|version| version.files.as_ref())
    }
}

/// A file's migration, as it is reported.
pub(super) fn named(file: &File) -> Migration {
    Migration { version: file.version, description: file.description.to_string() }
}
