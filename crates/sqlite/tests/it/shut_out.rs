//! Disabled and erased users.

use roster_sqlite::SqliteOptions;
use rusqlite::Connection;

#[tokio::test]
async fn nobody_finds_a_user_who_is_disabled_or_erased() {
    for column in ["disabled_at", "erased_at"] {
        let (_store, bench, path) = crate::place::open(&SqliteOptions::default());
        let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
        ada.assert_shut_out_by(async || {
            let update = format!("UPDATE users SET {column} = 0 WHERE id = ?1");
            let changed = Connection::open(&path).unwrap().execute(&update, [ada.user.id.as_bytes()]).unwrap();
            assert_eq!(changed, 1);
        })
        .await;
        eve.contact("Amina", "2348000000001").await;
    }
}
