//! A store on a fresh database.

use std::sync::Arc;

use roster_domain::ports::Store;
use roster_postgres::{MIGRATOR, PostgresOptions, PostgresStore};
use roster_store_tests::Bench;
use roster_testkit::postgres::{TestDatabase, database};

/// An empty store, and the database behind it, which lives as long as this.
pub struct Stored {
    pub database: TestDatabase,
    pub store: Arc<PostgresStore>,
}

impl Stored {
    pub async fn fresh() -> Self {
        let database = database(&MIGRATOR).await;
        let store = PostgresStore::connect(database.url(), &PostgresOptions::default()).await.unwrap();
        Self { database, store }
    }

    /// What behaviours are shown on.
    pub fn bench(self) -> Bench {
        let store = Store::of(self.store.clone());
        Bench::new(store, self)
    }
}
