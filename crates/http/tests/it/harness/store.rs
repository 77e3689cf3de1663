//! The stores that every test runs on.

use std::path::PathBuf;
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
    Sqlite(Arc<SqliteStore>, Arc<TempDir>),
    /// See [`Store::Postgres`].
    Postgres(Arc<PostgresStore>, Arc<TestDatabase>),
}

impl Store {
    /// A new one.
    pub fn open(self) -> Opened {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder");
                roster_sqlite::migrations::run(&file(&folder)).expect("the migrations run");
                Opened::sqlite(Arc::new(folder))
            }
            Self::Postgres => RUNTIME.block_on(async {
                let database = roster_testkit::postgres::database(&roster_postgres::MIGRATOR).await;
                Opened::postgres(Arc::new(database)).await
            }),
        }
    }
}

/// Where the SQLite store is in its folder.
fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("roster.db")
}

impl Opened {
    fn sqlite(folder: Arc<TempDir>) -> Self {
        let store = SqliteStore::open(&file(&folder), &SqliteOptions::default()).expect("the store opens");
        Self::Sqlite(store, folder)
    }

    async fn postgres(database: Arc<TestDatabase>) -> Self {
        let options = PostgresOptions { pool_size: 4, ..PostgresOptions::default() };
        let store = PostgresStore::connect(database.url(), &options).await.expect("the store opens");
        Self::Postgres(store, database)
    }

    /// The same data, opened once more, as another process would.
    pub fn again(&self) -> Self {
        match self {
            Self::Sqlite(_, folder) => Self::sqlite(folder.clone()),
            Self::Postgres(_, database) => RUNTIME.block_on(Self::postgres(database.clone())),
        }
    }

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
