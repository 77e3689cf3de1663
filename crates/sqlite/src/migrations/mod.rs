//! Migrations: the files of `migrations/sqlite`, compiled in, and which of them a database has.
//!
//! The bookkeeping is the sqlx tool's own, byte for byte, so that the tool and these functions can each go on from, and
//! revert, what the other applied. Our own runner, because sqlx's needs its SQLite driver and fails where several
//! processes migrate at once.

mod bookkeeping;
mod error;
mod plan;

use std::path::Path;
use std::time::{Duration, Instant};

use roster_domain::{Migration, MigrationStanding, MigrationState};
use rusqlite::{Connection, TransactionBehavior};
use sqlx::migrate::Migrator;

pub use error::MigrationError;

use crate::{connection, file};
use bookkeeping::Row;
use plan::{Files, Plan};

/// The files of `migrations/sqlite`, up and down.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long a migration waits while a running server writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Applies what is pending, each file in a transaction of its own; answers what that was, oldest first. Makes the
/// database where there is none. Several processes at once take turns.
///
/// # Errors
/// When the database doesn't fit this program (see [`MigrationError`]), or can't be written. What was applied before
/// stays.
pub fn run(path: &Path) -> Result<Vec<Migration>, MigrationError> {
    let path = file::absolute(path)?;
    let _lock = file::FileLock::acquire(&path)?;
    file::create(&path)?;
    let mut connection = connection::writer(&path, BUSY_TIMEOUT)?;
    bookkeeping::ensure_table(&connection)?;
    let plan = Plan::new(&MIGRATOR, &bookkeeping::rows(&connection)?);
    plan.check()?;
    let mut applied = Vec::new();
    for Files { up, .. } in plan.pending() {
        let started = Instant::now();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction
            .execute_batch(up.sql.as_str())
            .and_then(|()| bookkeeping::insert(&transaction, &Row::of(up), started.elapsed()))
            .and_then(|()| transaction.commit())
            .map_err(|source| MigrationError::Statement { version: up.version, source })?;
        applied.push(plan::named(up));
    }
    Ok(applied)
}

/// Reverts the newest migration that the database has; `None`: it has none.
///
/// # Errors
/// As [`run`]; also when the migration has no file that reverts it.
pub fn revert(path: &Path) -> Result<Option<Migration>, MigrationError> {
    let path = file::absolute(path)?;
    if !path.exists() {
        return Ok(None);
    }
    let _lock = file::FileLock::acquire(&path)?;
    let mut connection = connection::writer(&path, BUSY_TIMEOUT)?;
    bookkeeping::ensure_table(&connection)?;
    let plan = Plan::new(&MIGRATOR, &bookkeeping::rows(&connection)?);
    plan.check()?;
    let Some(Files { up, down }) = plan.newest_applied() else { return Ok(None) };
    let version = up.version;
    let down = down.ok_or(MigrationError::Irreversible { version })?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction
        .execute_batch(down.sql.as_str())
        .and_then(|()| bookkeeping::delete(&transaction, version))
        .and_then(|()| transaction.commit())
        .map_err(|source| MigrationError::Statement { version, source })?;
    Ok(Some(plan::named(up)))
}

/// Every migration that this program or the database knows, oldest first. Writes nothing, and makes no database.
///
/// # Errors
/// When the database can't be read.
pub fn status(path: &Path) -> Result<Vec<MigrationStanding>, MigrationError> {
    let path = file::absolute(path)?;
    let rows = if path.exists() { bookkeeping::rows(&connection::plain(&path, BUSY_TIMEOUT)?)? } else { Vec::new() };
    Ok(Plan::new(&MIGRATOR, &rows).standings())
}

/// How many migrations [`run`] would apply.
///
/// # Errors
/// When the database can't be read.
pub fn pending(path: &Path) -> Result<usize, MigrationError> {
    Ok(status(path)?.iter().filter(|migration| migration.state == MigrationState::Pending).count())
}

/// How many of the migrations this program knows the database doesn't have as they are.
pub(crate) fn missing_in(connection: &Connection) -> rusqlite::Result<usize> {
    let standings = Plan::new(&MIGRATOR, &bookkeeping::rows(connection)?).standings();
    Ok(standings
        .iter()
        .filter(|migration| matches!(migration.state, MigrationState::Pending | MigrationState::Changed))
        .count())
}
