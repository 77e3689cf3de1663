//! What every store must do.

use roster_sqlite::SqliteOptions;
use roster_store_tests::Bench;

async fn bench() -> Bench {
    crate::place::open(&SqliteOptions::default()).1
}

roster_store_tests::behaviours!(bench);
