//! Disabled and erased users.

use sqlx::{Connection, PgConnection};

use crate::stored::Stored;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_finds_a_user_who_is_disabled_or_erased() {
    for update in
        ["UPDATE users SET disabled_at = 'epoch' WHERE id = $1", "UPDATE users SET erased_at = 'epoch' WHERE id = $1"]
    {
        let stored = Stored::fresh().await;
        let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
        let bench = stored.bench();
        let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
        let user = ada.user.id;
        ada.assert_shut_out_by(async || {
            let done = sqlx::query(update).bind(user.as_bytes().as_slice()).execute(&mut other).await.unwrap();
            assert_eq!(done.rows_affected(), 1);
        })
        .await;
        eve.contact("Amina", "2348000000001").await;
    }
}
