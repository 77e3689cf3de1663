use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use rusqlite::{Connection, ffi};
use tempfile::TempDir;

use super::*;
use crate::threads::checkpoints::Lengths;

/// A writer over a file with one table, `t`, of unique numbers.
struct Desk {
    writer: Arc<Writer>,
    path: PathBuf,
    _folder: TempDir,
}

fn desk(capacity: usize) -> Desk {
    desk_of(capacity, MOST)
}

/// With at most so many acts in a transaction.
fn desk_of(capacity: usize, most: usize) -> Desk {
    desk_with(capacity, most, LENGTHS)
}

/// And with a log of these lengths.
fn desk_with(capacity: usize, most: usize, lengths: Lengths) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (n INTEGER UNIQUE, filling BLOB)").unwrap();
    let file = path.clone();
    let open = move || connection::writer(&file, Duration::from_secs(2));
    let beside = Connected::new(open.clone()).unwrap();
    let connected = Connected::new(move || open().inspect(reuse_log)).unwrap();
    let checkpoints = Checkpoints::start(beside, lengths, Duration::from_secs(2)).unwrap();
    Desk { writer: Arc::new(Writer::over(connected, capacity, most, checkpoints).unwrap()), path, _folder: folder }
}

impl Desk {
    async fn insert(&self, n: i64) -> Result<()> {
        self.writer.write(move |connection| insert(connection, n)).await
    }

    async fn numbers(&self) -> Vec<i64> {
        self.writer
            .write(|connection| {
                connection.prepare("SELECT n FROM t ORDER BY n")?.query_map([], |row| row.get(0))?.collect()
            })
            .await
            .unwrap()
    }

    /// Lets these wait together, and answers what became of each.
    async fn together<F>(&self, acts: impl Iterator<Item = F>) -> Vec<Result<()>>
    where
        F: Fn(&Connection) -> rusqlite::Result<()> + Send + 'static,
    {
        let (release, held) = hold(self).await;
        let acts = futures_util::future::join_all(acts.map(|act| self.writer.write(act)));
        let (done, ()) = tokio::join!(acts, async { drop(release) });
        // It is among them, and shares what befalls them all.
        let _ = held.await.unwrap();
        done
    }

    /// How many transactions have written to the file: its change counter doesn't tell, but each leaves one frame in
    /// the log that ends it.
    fn commits(&self) -> usize {
        // There is none before the first.
        let log = std::fs::read(self.path.with_extension("db-wal")).unwrap_or_default();
        let frames = log.get(32..).unwrap_or_default().chunks_exact(24 + 4096);
        frames.filter(|frame| frame[4..8] != [0; 4]).count()
    }

    /// Leaves a mark that goes with the connection.
    async fn mark(&self) {
        self.writer.write(|connection| connection.execute_batch("CREATE TEMP TABLE mark (n)")).await.unwrap();
    }

    async fn is_marked(&self) -> bool {
        let sql = "SELECT count(*) FROM sqlite_temp_schema WHERE name = 'mark'";
        self.writer.write(move |connection| connection.query_row(sql, [], |row| row.get(0))).await.unwrap()
    }
}

fn insert(connection: &Connection, n: i64) -> rusqlite::Result<()> {
    connection.execute("INSERT INTO t (n) VALUES (?1)", [n]).map(drop)
}

/// Keeps the writer busy, from when this returns until the sender is dropped.
async fn hold(desk: &Desk) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<()>>) {
    let (release, released) = mpsc::channel::<()>();
    let (begin, begun) = tokio::sync::oneshot::channel();
    let (released, begin) = (Mutex::new(released), Mutex::new(Some(begin)));
    let writer = desk.writer.clone();
    let held = tokio::spawn(async move {
        writer
            .write(move |_| {
                // Where it is done again, nobody waits for it any more.
                if let Some(begin) = begin.lock().unwrap().take() {
                    begin.send(()).unwrap();
                    let _ = released.lock().unwrap().recv();
                }
                Ok(())
            })
            .await
    });
    begun.await.unwrap();
    (release, held)
}

#[tokio::test]
async fn a_full_disk_is_got_over() {
    let desk = desk(8);
    desk.insert(1).await.unwrap();
    desk.mark().await;
    let full = desk
        .writer
        .write(|connection| {
            // The limit goes with the connection: when that is replaced, there is room again.
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
            insert(connection, 2)?;
            connection.execute("UPDATE t SET filling = zeroblob(100000)", []).map(drop)
        })
        .await;
    assert!(matches!(full, Err(StoreError::Unavailable(_))), "{full:?}");
    desk.insert(3).await.unwrap();
    assert_eq!(desk.numbers().await, [1, 3]);
    assert!(!desk.is_marked().await, "the connection was replaced");
}

#[tokio::test]
async fn a_failed_act_is_undone_and_the_connection_kept() {
    let desk = desk(8);
    desk.insert(1).await.unwrap();
    desk.mark().await;
    let failed = desk.writer.write(|connection| insert(connection, 2).and_then(|()| insert(connection, 1))).await;
    assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
    assert_eq!(desk.numbers().await, [1]);
    assert!(desk.is_marked().await, "the connection was kept");
}

#[tokio::test]
async fn a_panic_fails_the_act_alone() {
    let desk = desk(8);
    let failed: Result<()> = desk
        .writer
        .write(|connection| {
            insert(connection, 1)?;
            panic!("on purpose")
        })
        .await;
    assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
    desk.insert(2).await.unwrap();
    assert_eq!(desk.numbers().await, [2]);
}

fn spoiling(code: i32) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

#[tokio::test]
async fn what_waits_together_is_one_transaction() {
    let desk = desk(64);
    let before = desk.commits();
    let done = desk.together((0..40).map(|n| move |connection: &Connection| insert(connection, n))).await;
    assert!(done.iter().all(Result::is_ok));
    assert_eq!(desk.commits() - before, 1);
}

#[tokio::test]
async fn a_transaction_holds_no_more_than_its_most() {
    let desk = desk_of(64, 10);
    let before = desk.commits();
    desk.together((0..40).map(|n| move |connection: &Connection| insert(connection, n))).await;
    assert_eq!(desk.numbers().await.len(), 40);
    // The act that held the writer is in the first.
    assert_eq!(desk.commits() - before, 5);
}

#[tokio::test]
async fn one_that_fails_among_others_undoes_itself_alone() {
    let desk = desk(64);
    desk.mark().await;
    let done = desk
        .together((0..9).map(|n| {
            move |connection: &Connection| {
                insert(connection, n)?;
                // The fifth fails when it has written.
                if n == 4 { insert(connection, 0) } else { Ok(()) }
            }
        }))
        .await;
    let failed: Vec<usize> = (0..9).filter(|&n| done[n].is_err()).collect();
    assert_eq!(failed, [4]);
    assert!(matches!(done[4], Err(StoreError::Failed(_))), "{done:?}");
    assert_eq!(desk.numbers().await, [0, 1, 2, 3, 5, 6, 7, 8]);
    assert!(desk.is_marked().await, "the connection was kept");
}

#[tokio::test]
async fn a_panic_among_others_undoes_itself_alone() {
    let desk = desk(64);
    let done = desk
        .together((0..5).map(|n| {
            move |connection: &Connection| {
                insert(connection, n)?;
                assert!(n != 2, "on purpose");
                Ok(())
            }
        }))
        .await;
    assert!(matches!(done[2], Err(StoreError::Failed(_))), "{done:?}");
    assert_eq!(desk.numbers().await, [0, 1, 3, 4]);
}

#[tokio::test]
async fn a_spoilt_connection_fails_all_that_are_together() {
    for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_NOMEM] {
        let desk = desk(64);
        desk.mark().await;
        let done = desk
            .together((0..5).map(|n| {
                move |connection: &Connection| {
                    insert(connection, n)?;
                    if n == 2 { Err(spoiling(code)) } else { Ok(()) }
                }
            }))
            .await;
        let unavailable = |done: &Result<()>| matches!(done, Err(StoreError::Unavailable(_)));
        assert!(done.iter().all(unavailable), "{done:?}");
        assert!(desk.numbers().await.is_empty());
        assert!(!desk.is_marked().await, "the connection was replaced");
    }
}

#[tokio::test]
async fn a_failed_commit_fails_all_that_are_together() {
    let desk = desk(64);
    desk.writer.write(|connection| connection.execute_batch(DEFERRED)).await.unwrap();
    let done = desk
        .together((0..5).map(|n| {
            move |connection: &Connection| {
                insert(connection, n)?;
                // What this refers to isn't there, which COMMIT finds.
                if n == 3 { connection.execute_batch("INSERT INTO child VALUES (77)") } else { Ok(()) }
            }
        }))
        .await;
    assert!(done.iter().all(|done| matches!(done, Err(StoreError::Unavailable(_)))), "{done:?}");
    assert!(desk.numbers().await.is_empty());
    desk.insert(9).await.unwrap();
}

const DEFERRED: &str = "CREATE TABLE child (n INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)";

#[tokio::test]
async fn acts_are_done_and_answered_in_their_order() {
    let desk = desk(64);
    let followed = Arc::new(Mutex::new(Vec::new()));
    let (release, held) = hold(&desk).await;
    let acts = (0..20).map(|n| {
        let followed = followed.clone();
        desk.writer.write_then(
            move |connection| {
                insert(connection, n)?;
                connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            },
            move |count: &i64| followed.lock().unwrap().push(*count),
        )
    });
    let release = async { drop(release) };
    let (counts, ()) = tokio::join!(futures_util::future::join_all(acts), release);
    held.await.unwrap().unwrap();
    let counts: Vec<i64> = counts.into_iter().map(Result::unwrap).collect();
    assert_eq!(counts, (1..=20).collect::<Vec<i64>>(), "each sees those before it");
    assert_eq!(*followed.lock().unwrap(), counts);
}

#[tokio::test]
async fn a_failed_commit_replaces_the_connection() {
    let desk = desk(8);
    desk.mark().await;
    // With no transaction left to commit, COMMIT fails.
    let lost = desk.writer.write(|connection| connection.execute_batch("ROLLBACK")).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    desk.insert(1).await.unwrap();
    assert!(!desk.is_marked().await);
}

#[tokio::test]
async fn a_file_that_comes_back_is_opened_again() {
    let desk = desk(8);
    desk.insert(1).await.unwrap();
    let elsewhere = desk.path.with_extension("elsewhere");
    let (from, to) = (desk.path.clone(), elsewhere.clone());
    let spoilt: Result<()> = desk
        .writer
        .write(move |_| {
            std::fs::rename(&from, &to).unwrap();
            Err(spoiling(ffi::SQLITE_IOERR))
        })
        .await;
    assert!(matches!(spoilt, Err(StoreError::Unavailable(_))), "{spoilt:?}");
    for _ in 0..2 {
        let gone = desk.insert(2).await;
        assert!(matches!(gone, Err(StoreError::Unavailable(_))), "{gone:?}");
    }
    std::fs::rename(&elsewhere, &desk.path).unwrap();
    desk.insert(3).await.unwrap();
    assert_eq!(desk.numbers().await, [1, 3]);
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let desk = desk(2);
    let (release, held) = hold(&desk).await;
    let release = async {
        drop(release);
        held.await.unwrap()
    };
    let (first, second, third, held) = tokio::join!(desk.insert(1), desk.insert(2), desk.insert(3), release);
    assert!(matches!(third, Err(StoreError::Overloaded)), "{third:?}");
    for done in [first, second, held] {
        done.unwrap();
    }
    assert_eq!(desk.numbers().await, [1, 2]);
}

#[tokio::test]
async fn a_caller_who_leaves_takes_nothing_back() {
    let desk = desk(8);
    let (release, held) = hold(&desk).await;
    assert!(desk.insert(1).now_or_never().is_none(), "asked once, then left");
    drop(release);
    held.await.unwrap().unwrap();
    assert_eq!(desk.numbers().await, [1]);
}

#[tokio::test]
async fn what_follows_an_act_finds_it_on_disk_and_comes_before_its_answer() {
    let desk = desk(8);
    let (sender, found) = mpsc::channel();
    let file = Connection::open(&desk.path).unwrap();
    let follow = move |n: &i64| {
        let there: i64 = file.query_row("SELECT count(*) FROM t WHERE n = ?1", [n], |row| row.get(0)).unwrap();
        sender.send(there).unwrap();
    };
    let answer = desk.writer.write_then(|connection| insert(connection, 7).map(|()| 7), follow).await;
    assert_eq!(answer.unwrap(), 7);
    assert_eq!(found.try_recv(), Ok(1));
}

#[tokio::test]
async fn nothing_follows_an_act_that_failed() {
    let desk = desk(8);
    let (sender, follows) = mpsc::channel();
    let follow = || {
        let sender = sender.clone();
        move |(): &()| sender.send(()).unwrap()
    };
    desk.writer.write_then(|connection| insert(connection, 1), follow()).await.unwrap();
    assert_eq!(follows.try_iter().count(), 1);
    let failed = desk.writer.write_then(|connection| insert(connection, 1), follow()).await;
    assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
    let lost = desk.writer.write_then(|connection| connection.execute_batch("ROLLBACK"), follow()).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    assert_eq!(follows.try_iter().count(), 0);
}

#[tokio::test]
async fn a_panic_in_what_follows_takes_nothing_back() {
    let desk = desk(8);
    desk.writer.write_then(|connection| insert(connection, 1), |()| panic!("on purpose")).await.unwrap();
    desk.insert(2).await.unwrap();
    assert_eq!(desk.numbers().await, [1, 2]);
}

/// What ran, in its order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    fn note(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
    }
}

async fn steps(desk: &Desk, log: &Log, steps: i64) -> Result<i64> {
    let (log, mut done) = (log.clone(), 0);
    desk.writer
        .write_in_steps(move |connection| {
            log.note("step");
            done += 1;
            insert(connection, -done)?;
            Ok(if done == steps { Step::Done(done) } else { Step::More })
        })
        .await
}

async fn short(desk: &Desk, log: &Log) -> Result<()> {
    let log = log.clone();
    desk.writer
        .write(move |_| {
            log.note("short");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn short_acts_go_before_steps() {
    let desk = desk(8);
    let log = Log::default();
    let (release, held) = hold(&desk).await;
    let release = async { drop(release) };
    let (long, one, two, ()) = tokio::join!(steps(&desk, &log, 3), short(&desk, &log), short(&desk, &log), release);
    assert_eq!(long.unwrap(), 3);
    one.and(two).unwrap();
    held.await.unwrap().unwrap();
    assert_eq!(*log.0.lock().unwrap(), ["short", "short", "step", "step", "step"]);
}

#[tokio::test]
async fn steps_have_their_turn_among_many_short_acts() {
    // Each a transaction of its own.
    let desk = desk_of(64, 1);
    let log = Log::default();
    let (release, held) = hold(&desk).await;
    let many = futures_util::future::join_all((0..40).map(|_| short(&desk, &log)));
    let release = async { drop(release) };
    let (long, many, ()) = tokio::join!(steps(&desk, &log, 2), many, release);
    assert_eq!(long.unwrap(), 2);
    assert!(many.into_iter().all(|done| done.is_ok()));
    held.await.unwrap().unwrap();
    let log = log.0.lock().unwrap();
    let steps: Vec<usize> = (0..log.len()).filter(|&at| log[at] == "step").collect();
    assert_eq!(steps, [PASSES, 2 * PASSES + 1], "so many may pass each");
}

#[tokio::test]
async fn a_step_that_fails_leaves_those_before() {
    let desk = desk(8);
    desk.insert(-2).await.unwrap();
    let failed = steps(&desk, &Log::default(), 3).await;
    assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
    assert_eq!(desk.numbers().await, [-2, -1]);
}

#[tokio::test]
async fn closing_does_what_waits_and_takes_no_more() {
    let desk = desk(8);
    let (release, held) = hold(&desk).await;
    let writer = desk.writer.clone();
    let close = async {
        let closed = tokio::task::spawn_blocking(move || writer.close());
        drop(release);
        closed.await.unwrap();
    };
    let (waiting, ()) = tokio::join!(desk.insert(1), close);
    waiting.unwrap();
    held.await.unwrap().unwrap();
    let late = desk.insert(2).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    let there: i64 =
        Connection::open(&desk.path).unwrap().query_row("SELECT sum(n) FROM t", [], |row| row.get(0)).unwrap();
    assert_eq!(there, 1);
}

#[tokio::test]
async fn closing_ends_an_act_in_steps_with_the_step_it_is_at() {
    let desk = desk(8);
    let (first, begun) = tokio::sync::oneshot::channel();
    let (mut first, mut n) = (Some(first), 0);
    let endless = desk.writer.write_in_steps::<(), _>(move |connection| {
        if let Some(first) = first.take() {
            first.send(()).unwrap();
        }
        n += 1;
        insert(connection, n)?;
        Ok(Step::More)
    });
    let writer = desk.writer.clone();
    let close = async {
        begun.await.unwrap();
        tokio::task::spawn_blocking(move || writer.close()).await.unwrap();
    };
    let (ended, ()) = tokio::join!(endless, close);
    assert!(matches!(ended, Err(StoreError::Unavailable(_))), "{ended:?}");
}

#[tokio::test]
async fn the_log_stays_short_while_writes_do_not_rest() {
    let desk = desk_with(8, MOST, Lengths { fold_in: 16, restart: 64 });
    let pages = |connection: &Connection| {
        insert(connection, 1)?;
        connection.execute("UPDATE t SET filling = randomblob(40000)", [])?;
        connection.execute("DELETE FROM t", []).map(drop)
    };
    for _ in 0..200 {
        desk.writer.write(pages).await.unwrap();
    }
    let length = desk.path.with_extension("db-wal").metadata().unwrap().len();
    // Each act writes more than ten pages: 8 MiB in all. On a slow disk it begins anew later than it should.
    assert!(length < 2 << 20, "{length}");
}
