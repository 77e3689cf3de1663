//! One migration of a database at a time.

use std::time::Duration;

use sqlx::PgConnection;
use tokio::time::sleep;

use super::MigrationError;

/// How long the other run is waited for: 300 times a fifth of a second.
const ATTEMPTS: usize = 300;
const PAUSE: Duration = Duration::from_millis(200);

/// Takes sqlx's own advisory lock for this database; it ends with the connection. Asked for again and again: a
/// statement that waits for it would hold a snapshot, which CREATE INDEX CONCURRENTLY under that very lock waits for.
pub(super) async fn acquire(connection: &mut PgConnection) -> Result<(), MigrationError> {
    let database: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&mut *connection).await?;
    let key = key(&database);
    for _ in 0..ATTEMPTS {
        let acquired: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(key).fetch_one(&mut *connection).await?;
        if acquired {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
    Err(MigrationError::Busy)
}

/// As sqlx 0.9 makes it (`generate_lock_id` in sqlx-postgres/src/migrate.rs), so that its tool and ours keep out of each
/// other's way.
fn key(database: &str) -> i64 {
    0x3d32_ad9e * i64::from(crc32fast::hash(database.as_bytes()))
}
