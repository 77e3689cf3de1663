//! A store on a fresh database.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::ports::Store;
use roster_postgres::{MIGRATOR, PostgresOptions, PostgresStore};
use roster_store_tests::Bench;
use roster_testkit::postgres::{TestDatabase, database};

/// An empty store, and the database behind it, which lives as long as this.
pub struct Stored {
    pub database: TestDatabase,
    pub store: Arc<PostgresStore>,
}

/// Hardly a test is about how long something takes: somebody holds a lock until it was seen who waits for it, and on a
/// busy machine that takes longer than anybody should wait otherwise.
pub fn patient() -> PostgresOptions {
    let long = Duration::from_secs(60);
    PostgresOptions {
        acquire_timeout: long,
        statement_timeout: long,
        bulk_timeout: long,
        lock_timeout: long,
        ..PostgresOptions::default()
    }
}

impl Stored {
    pub async fn fresh() -> Self {
        Self::with(&patient()).await
    }

    pub async fn with(options: &PostgresOptions) -> Self {
        let database = database(&MIGRATOR).await;
        let store = PostgresStore::connect(database.url(), options).await.unwrap();
        Self { database, store }
    }

    /// What behaviours are shown on.
    pub fn bench(self) -> Bench {
        let store = Store::of(self.store.clone());
        Bench::new(store, self)
    }
}
