//! Imports, beside what every store does with them.

use std::time::Duration;

use roster_domain::ports::{Beginning, STEP_ROWS, Staging};
use roster_domain::{ContactChanges, ImportEnd, MatchBy, OnMatch, Operation, OperationOutcome, Upsert};
use roster_sqlite::SqliteOptions;
use roster_store_tests::importing::{done, due, turned};
use rusqlite::Connection;

use crate::place::{self, another_writer};

#[tokio::test]
async fn whoever_has_nothing_to_do_waits_for_no_writer() {
    let options = SqliteOptions { busy_timeout: Duration::from_millis(1), ..SqliteOptions::default() };
    let (_store, bench, path) = place::open(&options);
    let ada = bench.account("ada@example.org").await;
    ada.begun(Beginning::New(bench.new_import())).await;
    let _busy = another_writer(&path);
    assert_eq!(bench.claim().await, None);
}

#[tokio::test]
async fn a_step_waits_until_contacts_are_derived() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    let amina = ada.contact("Amina", "0803 123 4567").await;
    let claim = ada.begun(Beginning::New(bench.new_import())).await;
    Connection::open(&path).unwrap().execute("UPDATE clients SET region = 'NG', derive_after = x''", []).unwrap();
    let upsert = Upsert {
        contact: bench.new_contact("+2348031234567"),
        by: MatchBy::Number,
        given: ContactChanges::default(),
        on_match: OnMatch::Skip,
    };
    let outcomes = bench.worked(&claim, vec![Operation::Upsert(upsert)]).await;
    assert_eq!(outcomes, [OperationOutcome::Skipped(amina)]);
}

#[tokio::test]
async fn an_import_without_its_client_keeps_no_other_waiting() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    let (orphan, next) = (ada.waiting().await.id, ada.waiting().await.id);
    let file = Connection::open(&path).unwrap();
    file.execute("UPDATE imports SET client_id = zeroblob(12) WHERE id = ?1", [orphan.as_bytes()]).unwrap();
    for expected in [Some(next), None] {
        assert_eq!(bench.claim().await.map(|claim| claim.import.id), expected);
    }
    assert_eq!(ada.import(orphan).await, None);
}

/// A large file isn't removed in one long transaction.
#[tokio::test]
async fn files_go_in_steps() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    let import = ada.received().await.id;
    for number in 0..40 {
        assert_eq!(ada.stage(import, number, &[1]).await, Staging::Done);
    }
    bench.store.imports.give_up(&ada.scope, import).await.unwrap();
    let file = Connection::open(&path).unwrap();
    let count =
        |table| -> i64 { file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap() };
    let mut left = vec![count("import_pieces")];
    while bench.store.housekeeping.sweep(due(bench.now(), &bench)).await.unwrap() {
        left.push(count("import_pieces"));
    }
    assert_eq!((left, count("imports")), (vec![40, 24, 8, 0], 0));
}

/// Many groups aren't removed in one long transaction.
#[tokio::test]
async fn groups_go_in_steps() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed().await;
    done(bench.make_group(&claim, "Friends").await);
    done(bench.finish(&claim, ImportEnd::Completed).await);
    turned(bench.store.imports.undo(&ada.scope, claim.import.id).await.unwrap());
    let file = Connection::open(&path).unwrap();
    let more = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
        INSERT INTO contact_groups (user_id, id, client_id, title, is_default, created_at, updated_at, legacy_version,
            revision)
        SELECT user_id, randomblob(12), client_id, title, is_default, created_at, updated_at, legacy_version, revision
        FROM contact_groups, n WHERE title = 'Friends'";
    file.execute(more, [STEP_ROWS as i64]).unwrap();
    let note = "INSERT OR IGNORE INTO import_groups SELECT i.user_id, i.import_id, g.id
        FROM import_groups i, contact_groups g WHERE g.title = 'Friends'";
    file.execute(note, []).unwrap();
    let count = |sql| -> usize { file.query_row(sql, [], |row| row.get(0)).unwrap() };
    let left = || [count("SELECT count(*) FROM import_groups"), count("SELECT count(*) - 1 FROM contact_groups")];
    let (mut lefts, claim) = (vec![left()], bench.claim().await.unwrap());
    while done(bench.undo_some(&claim).await) {
        lefts.push(left());
    }
    lefts.push(left());
    assert_eq!(lefts, [[STEP_ROWS + 1; 2], [1; 2], [0; 2]]);
}
