//! What a snapshot holds of the file, and for how long.

use std::path::Path;
use std::time::Duration;

use roster_domain::ports::{ContactSnapshot, StoreError};
use roster_domain::{ContactFilter, Span};
use roster_sqlite::SqliteOptions;
use roster_store_tests::Owner;
use rusqlite::Connection;

use crate::place;

async fn begin(owner: &Owner) -> Result<Box<dyn ContactSnapshot>, StoreError> {
    owner.bench.store.snapshots.snapshot(&owner.scope, Span::AllClients, &ContactFilter::default()).await
}

#[tokio::test]
async fn two_are_read_at_once() {
    let options = SqliteOptions { busy_timeout: Duration::from_millis(1), ..SqliteOptions::default() };
    let (_store, bench, _path) = place::open(&options);
    let owner = bench.account("ada@example.org").await;
    let contact = owner.contact("Amina", "2348000000001").await;

    let (mut first, mut second) = (begin(&owner).await.unwrap(), begin(&owner).await.unwrap());
    assert!(matches!(begin(&owner).await, Err(StoreError::Overloaded)));
    for snapshot in [&mut first, &mut second] {
        assert_eq!(snapshot.next().await.unwrap()[0].contact, contact);
    }
    // Its last page was read, so it holds nothing any more.
    assert_eq!(first.next().await.unwrap(), []);
    begin(&owner).await.unwrap();
}

/// Whether the whole log can be folded in, and begin anew.
fn can_restart(path: &Path) -> bool {
    let other = Connection::open(path).unwrap();
    other.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0)).map(|busy: i64| busy == 0).unwrap()
}

#[tokio::test]
async fn it_holds_the_log_until_it_is_dropped() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let owner = bench.account("ada@example.org").await;
    owner.contact("Amina", "2348000000001").await;

    let snapshot = begin(&owner).await.unwrap();
    owner.contact("Bola", "2348000000002").await;
    assert!(!can_restart(&path));
    drop(snapshot);
    // The page ahead may still be being read.
    for _ in 0..5_000 {
        if can_restart(&path) {
            return;
        }
    }
    panic!("what was dropped holds the log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_ends_it() {
    let (store, bench, path) = place::open(&SqliteOptions::default());
    let owner = bench.account("ada@example.org").await;
    owner.contact("Amina", "2348000000001").await;
    let mut snapshot = begin(&owner).await.unwrap();

    store.close();
    // Nothing is left beside the file: everybody has closed it.
    assert!(!path.with_extension("db-wal").exists());
    let left = [snapshot.next().await, snapshot.next().await];
    assert!(matches!(left, [_, Err(StoreError::Unavailable(_))]), "the page ahead may have been read: {left:?}");
    assert!(matches!(begin(&owner).await, Err(StoreError::Unavailable(_))));
}
