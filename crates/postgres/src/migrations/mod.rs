//! Bringing a database to this program's schema, and back: sqlx's files and sqlx's own record of them
//! (`_sqlx_migrations`), under sqlx's own lock, so that its command-line tool and ours can take turns.

mod error;
mod lock;
mod outside;
mod state;

use std::time::Duration;

use roster_domain::{Migration, MigrationStanding, MigrationState};
use sqlx::migrate::{Migrate, MigrateError, Migration as File};
use sqlx::{Connection, PgConnection};
use tokio::time::sleep;

pub use error::MigrationError;
pub(crate) use state::{recorded, standings};

use crate::error::waited_for_a_lock;
use crate::{MIGRATOR, connect, options};

/// sqlx's name for its record.
const TABLE: &str = "_sqlx_migrations";

/// A migration that waits for a table in use gives up after `lock_timeout`, lest everybody queue up behind it, and
/// tries again: so often, with so much time for the others in between.
const ATTEMPTS: usize = 15;
const PAUSE: Duration = Duration::from_secs(1);

/// Applies what is pending, oldest first, each in a transaction if it can be in one; tells what was applied.
///
/// # Errors
/// When the database can't be worked with, holds other migrations than this program's, or one fails: those before it
/// stay applied.
pub async fn run(url: &str) -> Result<Vec<Migration>, MigrationError> {
    let mut connection = connect(url).await?;
    lock::acquire(&mut connection).await?;
    // Closing lets go of the lock as well, and so does being dropped.
    let outcome = run_locked(&mut connection).await;
    // What was done is done, whether or not the goodbye is heard.
    let _ = connection.close().await;
    outcome
}

/// Takes back the newest migration; `None`: none is applied.
///
/// # Errors
/// As [`run`].
pub async fn revert(url: &str) -> Result<Option<Migration>, MigrationError> {
    let mut connection = connect(url).await?;
    lock::acquire(&mut connection).await?;
    let outcome = revert_locked(&mut connection).await;
    let _ = connection.close().await;
    outcome
}

/// Every migration that this program or the database knows, oldest first. Changes nothing.
///
/// # Errors
/// When the database can't be worked with.
pub async fn status(url: &str) -> Result<Vec<MigrationStanding>, MigrationError> {
    let mut connection = connect(url).await?;
    let recorded = recorded(&mut connection).await?;
    let _ = connection.close().await;
    Ok(standings(&recorded))
}

/// How many migrations [`run`] would apply.
///
/// # Errors
/// When the database can't be worked with, or holds other migrations than this program's.
pub async fn pending(url: &str) -> Result<usize, MigrationError> {
    let standings = status(url).await?;
    state::refuse_foreign(&standings)?;
    Ok(standings.iter().filter(|standing| standing.state == MigrationState::Pending).count())
}

/// Without `statement_timeout`: a migration takes the time it takes.
async fn connect(url: &str) -> Result<PgConnection, MigrationError> {
    let options = options::with_timeouts(options::parse(url)?, Duration::ZERO, options::LOCK_TIMEOUT);
    Ok(connect::open(&options).await?)
}

async fn run_locked(connection: &mut PgConnection) -> Result<Vec<Migration>, MigrationError> {
    connection.ensure_migrations_table(TABLE).await?;
    let standings = standings(&recorded(&mut *connection).await?);
    state::refuse_foreign(&standings)?;
    let mut applied = Vec::new();
    for migration in MIGRATOR.iter().filter(|migration| migration.migration_type.is_up_migration()) {
        let standing = standings.iter().find(|standing| standing.migration.version == migration.version);
        if standing.is_some_and(|standing| standing.state == MigrationState::Pending) {
            migrate(connection, migration, Direction::Up).await?;
            applied.push(state::named(migration));
        }
    }
    Ok(applied)
}

async fn revert_locked(connection: &mut PgConnection) -> Result<Option<Migration>, MigrationError> {
    let standings = standings(&recorded(&mut *connection).await?);
    state::refuse_foreign(&standings)?;
    let Some(newest) = standings.iter().rfind(|standing| standing.state == MigrationState::Applied) else {
        return Ok(None);
    };
    let down = MIGRATOR
        .iter()
        .find(|migration| migration.version == newest.migration.version && migration.migration_type.is_down_migration())
        .ok_or(MigrationError::OneWay { version: newest.migration.version })?;
    migrate(connection, down, Direction::Down).await?;
    Ok(Some(state::named(down)))
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

/// Does one migration, with what it needs around it.
async fn migrate(connection: &mut PgConnection, migration: &File, direction: Direction) -> Result<(), MigrationError> {
    if !migration.no_tx {
        return patiently(connection, migration, direction).await;
    }
    outside::prepare(connection, migration).await?;
    patiently(connection, migration, direction).await?;
    Ok(outside::tidy(connection).await?)
}

/// Does one migration, again while somebody holds a lock it needs. Each attempt is a transaction, where it can be one.
async fn patiently(
    connection: &mut PgConnection,
    migration: &File,
    direction: Direction,
) -> Result<(), MigrationError> {
    let mut attempt = 1;
    loop {
        let done = match direction {
            Direction::Up => connection.apply(TABLE, migration).await,
            Direction::Down => connection.revert(TABLE, migration).await,
        };
        match done {
            Ok(_) => return Ok(()),
            Err(error) if attempt < ATTEMPTS && waited_too_long(&error) => {
                tracing::info!(version = migration.version, attempt, "a table is in use, trying again");
                sleep(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
        attempt += 1;
    }
}

fn waited_too_long(error: &MigrateError) -> bool {
    match error {
        MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => waited_for_a_lock(cause),
        _ => false,
    }
}
