//! Deriving anew what contacts are found by.

use roster_domain::ports::StoreError;
use sqlx::Executor;

use crate::races::scene;

/// What stands in the way of one client is an error once all others are through, and no sooner.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_cant_be_derived_keeps_no_other_waiting() {
    let (bench, ada, mut other) = scene().await;
    ada.contact("Stuck", "0803 123 4567").await;
    let bola = bench.account("bola@example.org").await;
    bola.contact("Bola", "0803 123 4567").await;
    let block = "ALTER TABLE contacts ADD CONSTRAINT stuck CHECK (name <> 'Stuck' OR e164 IS NULL); \
                 UPDATE clients SET region = 'NG', derive_after = ''";
    other.execute(block).await.unwrap();
    let housekeeping = &bench.store.housekeeping;
    let mut calls = 0;
    let refused = loop {
        match housekeeping.derive_some().await {
            Ok(true) => calls += 1,
            outcome => break outcome,
        }
        assert!(calls < 1_000, "it never ends");
    };
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    let unfinished = "SELECT user_id FROM clients WHERE derive_after IS NOT NULL";
    let unfinished: Vec<Vec<u8>> = sqlx::query_scalar(unfinished).fetch_all(&mut other).await.unwrap();
    assert_eq!(unfinished, [ada.user.id.as_bytes()]);

    other.execute("ALTER TABLE contacts DROP CONSTRAINT stuck").await.unwrap();
    while housekeeping.derive_some().await.unwrap() {}
    let found = "SELECT count(*) FROM contacts WHERE e164 = '+2348031234567'";
    assert_eq!(sqlx::query_scalar::<_, i64>(found).fetch_one(&mut other).await.unwrap(), 2);
}
