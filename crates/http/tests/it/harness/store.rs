//! The stores that every test runs on.

use std::sync::{Arc, LazyLock};

use roster_domain::ports;
use roster_postgres::{PostgresOptions, PostgresStore};
use roster_sqlite::{SqliteOptions, SqliteStore};
use roster_testkit::postgres::TestDatabase;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Which store a test runs on.
#[derive(Clone, Copy, Debug)]
pub enum Store {
    /// A file in a folder of its own.
    Sqlite,
    /// A database of its own on the throwaway server.
    Postgres,
}

/// Where the Postgres stores' sockets live; it outlasts every test.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
});

/// An open store with every migration, closed and removed when dropped.
pub enum Opened {
    /// See [`Store::Sqlite`].
    Sqlite(Arc<SqliteStore>, #[expect(dead_code, reason = "removed when dropped")] TempDir),
    /// See [`Store::Postgres`].
    Postgres(Arc<PostgresStore>, #[expect(dead_code, reason = "removed when dropped")] TestDatabase),
}

impl Store {
    /// A new one.
    pub fn open(self) -> Opened {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder");
                let path = folder.path().join("roster.db");
                roster_sqlite::migrations::run(&path).expect("the migrations run");
                let store = SqliteStore::open(&path, &SqliteOptions::default()).expect("the store opens");
                Opened::Sqlite(store, folder)
            }
            Self::Postgres => RUNTIME.block_on(async {
                let database = roster_testkit::postgres::database(&roster_postgres::MIGRATOR).await;
                let options = PostgresOptions { pool_size: 4, ..PostgresOptions::default() };
                let store = PostgresStore::connect(database.url(), &options).await.expect("the store opens");
                Opened::Postgres(store, database)
            }),
        }
    }
}

impl Opened {
    /// Its ports.
    pub fn ports(&self) -> ports::Store {
        match self {
            Self::Sqlite(store, _) => ports::Store::of(store.clone()),
            Self::Postgres(store, _) => ports::Store::of(store.clone()),
        }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        match self {
            Self::Sqlite(store, _) => store.close(),
            Self::Postgres(store, _) => RUNTIME.block_on(store.close()),
        }
    }
}
