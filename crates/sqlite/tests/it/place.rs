//! A folder for a database, a store in it, and whoever else writes to it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use roster_domain::ports::Store;
use roster_sqlite::{SqliteOptions, SqliteStore, migrations};
use roster_store_tests::Bench;
use rusqlite::Connection;
use tempfile::TempDir;

pub fn empty_folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roster.db");
    (folder, path)
}

/// A store over a migrated file, and a bench around it that keeps the folder.
pub fn open(options: &SqliteOptions) -> (Arc<SqliteStore>, Bench, PathBuf) {
    let (folder, path) = empty_folder();
    migrations::run(&path).unwrap();
    let store = SqliteStore::open(&path, options).unwrap();
    let bench = Bench::new(Store::of(store.clone()), folder);
    (store, bench, path)
}

/// Another process that is writing, until this is dropped.
pub fn another_writer(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}
