//! Acts that find nothing to write, write nothing to the file.

use std::time::Duration;

use roster_domain::ports::Store;
use roster_domain::{Attempt, AuditEvent, Booking, CounterKey, SessionUse};
use roster_sqlite::SqliteOptions;
use roster_store_tests::Bench;
use rusqlite::Connection;

use crate::place;

/// Changes when another connection has written.
fn version(connection: &Connection) -> i64 {
    connection.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap()
}

fn open() -> (std::sync::Arc<roster_sqlite::SqliteStore>, Bench, Connection) {
    let (store, bench, path) = place::open(&SqliteOptions::default());
    (store, bench, Connection::open(path).unwrap())
}

#[tokio::test]
async fn a_refused_attempt_is_not_written() {
    let (_store, bench, file) = open();
    let Store { attempts, .. } = &bench.store;
    let attempt =
        |key, limit| Attempt { key: CounterKey([key; 32]), limit, window: Duration::from_secs(60), unless: None };
    let closed = attempt(1, 1);
    let booked = attempts.book(&[closed], bench.now()).await.unwrap();
    assert_eq!(booked, Booking::Admitted(vec![closed.key]));
    let before = version(&file);
    for at_once in [vec![closed], vec![attempt(0, 9), closed], vec![closed, attempt(2, 9)]] {
        let refused = attempts.book(&at_once, bench.now()).await.unwrap();
        assert_eq!(refused, Booking::Refused { until: bench.now().plus_millis(1_000) });
    }
    assert_eq!(version(&file), before);
}

#[tokio::test]
async fn a_use_that_says_nothing_new_is_not_written() {
    let (_store, bench, file) = open();
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    let used = SessionUse { last_used_at: bench.now(), expires_at: session.expires_at.plus_millis(1), pair: Some(0) };
    bench.store.sessions.note_use(&session, used).await.unwrap();
    let before = version(&file);
    for pair in [Some(0), None, Some(7)] {
        bench.store.sessions.note_use(&session, SessionUse { pair, ..used }).await.unwrap();
    }
    assert_eq!(version(&file), before);
}

#[tokio::test]
async fn a_session_that_does_not_live_is_not_ended_again() {
    let (_store, bench, file) = open();
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    assert!(ada.end(session.id).await);
    let before = version(&file);
    let entry = ada.entry(AuditEvent::SessionEnded);
    assert!(!bench.store.sessions.end(&ada.account(), session.id, bench.now(), entry).await.unwrap());
    assert_eq!(version(&file), before);
}
