//! Migrations of a store's schema, as both stores report them to the operator.

use std::fmt;

/// One migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The number that its file's name begins with.
    pub version: i64,
    /// The words that its file's name goes on with.
    pub description: String,
}

/// As its file is named: `0001 users`.
impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04} {}", self.version, self.description)
    }
}

/// A migration, and how a database stands to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStanding {
    /// Which.
    pub migration: Migration,
    /// How.
    pub state: MigrationState,
}

/// How a database stands to a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// The database has it.
    Applied,
    /// The database lacks it.
    Pending,
    /// The database has it, but made from a file with other content.
    Changed,
    /// The database has it, and this program doesn't know it: a newer one applied it.
    Unknown,
}
