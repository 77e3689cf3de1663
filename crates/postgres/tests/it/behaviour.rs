//! What every store must do.

use roster_store_tests::Bench;

use crate::stored::Stored;

async fn bench() -> Bench {
    Stored::fresh().await.bench()
}

roster_store_tests::behaviours!(bench);
