//! What is left of an account that was erased.

use roster_domain::ports::{STEP_ROWS, UserErasure};
use roster_domain::{AuditEntry, AuditEvent, Precondition};
use roster_sqlite::SqliteOptions;
use rusqlite::Connection;

use crate::place;

/// The tables with rows of this user, and how many.
fn rows_of(connection: &Connection, user: &[u8; 12]) -> Vec<(String, i64)> {
    let mut tables = connection
        .prepare(
            "SELECT t.name, iif(t.name = 'users', 'id', 'user_id') FROM sqlite_schema t
            WHERE t.type = 'table' AND (t.name = 'users'
                OR EXISTS (SELECT 1 FROM pragma_table_info(t.name) c WHERE c.name = 'user_id'))
            ORDER BY t.name",
        )
        .unwrap();
    let tables: Vec<(String, String)> =
        tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let count = |table: &str, column: &str| {
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} = ?1");
        connection.query_row(&sql, [user], |row| row.get(0)).unwrap()
    };
    let counts = tables.into_iter().map(|(table, column)| (count(&table, &column), table));
    counts.filter(|(count, _)| *count > 0).map(|(count, table)| (table, count)).collect()
}

#[tokio::test]
async fn no_table_holds_a_row_of_the_user() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
    ada.session().await;
    let (_, group) = ada.client("Shop").await;
    for turn in 0..3 {
        ada.contact_in(&group, &format!("234800000000{turn}")).await;
    }
    eve.session().await;
    eve.contact("Bola", "2348000000009").await;
    let connection = Connection::open(&path).unwrap();
    // More of it than a step takes.
    connection
        .execute(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
            INSERT INTO audit_entries (user_id, id, event, created_at)
            SELECT ?1, randomblob(16), 'sign_in_failed', 0 FROM n",
            rusqlite::params![ada.user.id.as_bytes(), STEP_ROWS as i64 + 1],
        )
        .unwrap();
    let (hers, all) = (eve.dump().await, rows_of(&connection, ada.user.id.as_bytes()));
    let tables: Vec<&str> = all.iter().map(|(table, _)| table.as_str()).collect();
    let every = ["audit_entries", "client_credentials", "clients", "contact_groups", "contacts", "sessions"];
    assert_eq!(tables, [&every[..], &["user_emails", "users"]].concat());

    let hash = bench.store.users.password_hash(&ada.account()).await.unwrap().unwrap();
    let entry = AuditEntry { user: None, ..ada.entry(AuditEvent::AccountErased) };
    let erased =
        bench.store.users.erase(&ada.account(), &hash, Precondition::Exists, bench.now(), entry).await.unwrap();
    assert_eq!(erased, UserErasure::Done);

    let mut steps = 0;
    while bench.store.housekeeping.erase_some().await.unwrap() {
        steps += 1;
    }
    assert_eq!(steps, 2, "one that is full, and the rest");
    assert_eq!(rows_of(&connection, ada.user.id.as_bytes()), []);
    assert_eq!(eve.dump().await, hers);
}
