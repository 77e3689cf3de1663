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

/// An import with something of everything that belongs to one, and more pieces than a step takes.
fn import(connection: &Connection, user: &[u8; 12], client: &[u8; 12]) {
    let rows = [
        "INSERT INTO imports (user_id, id, client_id, source, state, is_dry_run, options, staged_bytes, is_untidy,
            report_parts, rows_read, rows_created, rows_updated, rows_unchanged, rows_skipped, rows_invalid,
            rows_reported, bytes_read, worked_millis, undo_removed, undo_restored, undo_left, created_at)
        VALUES (?1, ?2, ?3, 'staged', 'running', 0, '', 17, 0, 1, 1, 1, 0, 0, 0, 0, 1, 17, 1, 0, 0, 0, 0)",
        "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 16)
        INSERT INTO import_pieces SELECT ?1, ?2, n, ?3 FROM n",
        "INSERT INTO import_reports VALUES (?1, ?2, 0, ?3)",
        "INSERT INTO import_changes (user_id, import_id, contact_id, contact_created_at, contact_revision, is_new)
        VALUES (?1, ?2, ?3, 0, 0, 1)",
        "INSERT INTO import_groups VALUES (?1, ?2, ?3)",
        "INSERT INTO import_drafts VALUES (?1, ?2, ?3, '1', ?3, ?3, '', '1', 'whatsapp', NULL, NULL, NULL, 0, 0, 0, 0)",
    ];
    for sql in rows {
        connection.execute(sql, rusqlite::params![user, [7_u8; 16], client]).unwrap();
    }
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
    import(&connection, ada.user.id.as_bytes(), ada.client.id.as_bytes());
    let (hers, all) = (eve.dump().await, rows_of(&connection, ada.user.id.as_bytes()));
    let tables: Vec<&str> = all.iter().map(|(table, _)| table.as_str()).collect();
    let imports = ["changes", "drafts", "groups", "pieces", "reports"].map(|of| format!("import_{of}"));
    let mut every: Vec<&str> = imports.iter().map(String::as_str).collect();
    every.extend(["audit_entries", "client_credentials", "clients", "contact_groups", "contacts", "imports"]);
    every.extend(["sessions", "user_emails", "users"]);
    every.sort_unstable();
    assert_eq!(tables, every);

    let hash = bench.store.users.password_hash(&ada.account()).await.unwrap().unwrap();
    let entry = AuditEntry { user: None, ..ada.entry(AuditEvent::AccountErased) };
    let erased =
        bench.store.users.erase(&ada.account(), &hash, Precondition::Exists, bench.now(), entry).await.unwrap();
    assert_eq!(erased, UserErasure::Done);

    let mut steps = 0;
    while bench.store.housekeeping.erase_some().await.unwrap() {
        steps += 1;
    }
    assert_eq!(steps, 3, "two that are full, and the rest");
    assert_eq!(rows_of(&connection, ada.user.id.as_bytes()), []);
    assert_eq!(eve.dump().await, hers);
}
