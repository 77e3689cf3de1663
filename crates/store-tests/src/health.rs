//! Whether the store says that it can be worked with.

use crate::Bench;

pub async fn a_migrated_store_is_well(bench: Bench) {
    bench.store.health.check().await.unwrap();
    bench.account("ada@example.org").await.contact("Amina", "2348000000001").await;
    bench.store.health.check().await.unwrap();
}
