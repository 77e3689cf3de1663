//! The files beside the rows: what is applied, what is to be done, and whether they fit.

use std::collections::BTreeMap;

use sqlx::migrate::{Migration, Migrator};

use super::bookkeeping::Row;
use super::{MigrationError, MigrationState, State};

/// The file that applies a migration and the one that reverts it.
pub(super) struct Files<'a> {
    pub(super) up: &'a Migration,
    pub(super) down: Option<&'a Migration>,
}

/// What this program and a database each know about one version.
struct Version<'a> {
    files: Option<Files<'a>>,
    state: MigrationState,
}

/// All versions, by number.
pub(super) struct Plan<'a>(BTreeMap<i64, Version<'a>>);

impl<'a> Plan<'a> {
    pub(super) fn new(migrator: &'a Migrator, rows: &[Row]) -> Self {
        let mut versions = BTreeMap::new();
        for up in migrator.iter().filter(|file| file.migration_type.is_up_migration()) {
            let down =
                migrator.iter().find(|file| file.version == up.version && file.migration_type.is_down_migration());
            let state = state(up.version, &up.description, State::Pending);
            versions.insert(up.version, Version { files: Some(Files { up, down }), state });
        }
        for row in rows {
            versions
                .entry(row.version)
                .and_modify(|version| {
                    let same = version.files.as_ref().is_some_and(|files| *files.up.checksum == *row.checksum);
                    version.state.state = if same { State::Applied } else { State::Changed };
                })
                .or_insert_with(|| Version {
                    files: None,
                    state: state(row.version, &row.description, State::Unknown),
                });
        }
        Self(versions)
    }

    /// Oldest first.
    pub(super) fn states(self) -> Vec<MigrationState> {
        self.0.into_values().map(|version| version.state).collect()
    }

    /// Whether this program may touch the database.
    pub(super) fn check(&self) -> Result<(), MigrationError> {
        for (&version, known) in &self.0 {
            match known.state.state {
                State::Changed => return Err(MigrationError::Changed { version }),
                State::Unknown => return Err(MigrationError::Unknown { version }),
                State::Applied | State::Pending => {}
            }
        }
        Ok(())
    }

    /// The files of what the database lacks, oldest first.
    pub(super) fn pending(&self) -> impl Iterator<Item = &Files<'a>> {
        self.in_state(State::Pending)
    }

    /// The files of the newest that the database has.
    pub(super) fn newest_applied(&self) -> Option<&Files<'a>> {
        self.in_state(State::Applied).last()
    }

    fn in_state(&self, state: State) -> impl Iterator<Item = &Files<'a>> {
        self.0.values().filter(move |version| version.state.state == state).filter_map(|version| version.files.as_ref())
    }
}

fn state(version: i64, description: &str, state: State) -> MigrationState {
    MigrationState { version, description: description.to_owned(), state }
}
