use tempfile::TempDir;

use roster_domain::ports::StoreError;

use super::*;

fn readers(read_timeout: Duration) -> (Readers, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (n); INSERT INTO t VALUES (7)").unwrap();
    let options = SqliteOptions { read_timeout, ..SqliteOptions::default() };
    (Readers::start(&path, &options).unwrap(), folder)
}

fn seven(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT n FROM t", [], |row| row.get(0))
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_ended() {
    let (readers, _folder) = readers(Duration::ZERO);
    // Without a deadline this counts for ever.
    let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    for _ in 0..2 * THREADS {
        let ended: Result<i64> =
            readers.list(move |connection| connection.query_row(endless, [], |row| row.get(0))).await;
        assert!(matches!(ended, Err(StoreError::Unavailable(_))), "{ended:?}");
    }
    assert_eq!(readers.get(seven).await.unwrap(), 7);
}

#[tokio::test]
async fn readers_do_not_write() {
    let (readers, _folder) = readers(Duration::from_secs(10));
    let refused = readers.get(|connection| connection.execute("DELETE FROM t", [])).await;
    assert!(refused.is_err());
    assert_eq!(readers.get(seven).await.unwrap(), 7);
}

#[tokio::test]
async fn a_panic_fails_the_read_alone() {
    let (readers, _folder) = readers(Duration::from_secs(10));
    for _ in 0..2 * THREADS {
        let failed: Result<i64> = readers.get(|_| panic!("on purpose")).await;
        assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
    }
    assert_eq!(readers.list(seven).await.unwrap(), 7);
}

#[tokio::test]
async fn closed_readers_say_so() {
    let (readers, _folder) = readers(Duration::from_secs(10));
    readers.close();
    let late = readers.get(seven).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
}
