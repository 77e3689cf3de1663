//! Batches that wait for one another.

use std::time::Duration;

use roster_domain::ports::{Result, StoreError};
use roster_domain::{Batch, BatchOutcome, Operation};
use roster_postgres::PostgresOptions;
use roster_store_tests::Owner;
use sqlx::{Connection, Executor, PgConnection};

use crate::races::waiting;
use crate::stored::{Stored, patient};

/// Somebody whose client another connection holds.
async fn scene(options: &PostgresOptions) -> (Owner, PgConnection) {
    let stored = Stored::with(options).await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let ada = stored.bench().account("ada@example.org").await;
    other.execute("BEGIN; SELECT id FROM clients FOR NO KEY UPDATE").await.unwrap();
    (ada, other)
}

/// A batch that makes one contact.
async fn batch(ada: Owner) -> Result<BatchOutcome> {
    let operations = vec![Operation::Create(ada.bench.new_contact("08030000001"))];
    let batch = Batch::new(operations, false, ada.bench.now());
    ada.bench.store.batches.apply(&ada.scope, batch).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_wait_longer_than_single_acts_wait_for_locks() {
    let options = PostgresOptions { lock_timeout: Duration::from_millis(1), ..patient() };
    let (ada, mut other) = scene(&options).await;
    let first = waiting(&mut other, batch(ada)).await;
    other.execute("ROLLBACK").await.unwrap();
    let outcome = first.await.unwrap();
    assert!(matches!(outcome, Ok(BatchOutcome::Done(_))), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_leave_half_of_the_pool_to_others() {
    let acquire_timeout = PostgresOptions::default().acquire_timeout;
    let (ada, mut other) = scene(&PostgresOptions { pool_size: 2, acquire_timeout, ..patient() }).await;
    let first = waiting(&mut other, batch(ada.clone())).await;
    let second = batch(ada).await;
    assert!(matches!(second, Err(StoreError::Overloaded)), "{second:?}");
    other.execute("ROLLBACK").await.unwrap();
    let outcome = first.await.unwrap();
    assert!(matches!(outcome, Ok(BatchOutcome::Done(_))), "{outcome:?}");
}
