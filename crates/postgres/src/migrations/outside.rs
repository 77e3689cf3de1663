//! Migrations that can't run in a transaction: each builds or drops one index while the table is in use.
//!
//! A build that is cut short leaves its index behind, invalid or not on record; so what bears its name goes first, and
//! the migration can simply be run again.

use sqlx::migrate::Migration as File;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::options::LOCK_TIMEOUT;

/// Lets the migration wait as long as it must. It waits for every transaction that was there before it, and keeps
/// nobody waiting meanwhile; given up, it would have to begin all over.
pub(super) async fn prepare(connection: &mut PgConnection, migration: &File) -> sqlx::Result<()> {
    connection.execute("SET lock_timeout = 0").await?;
    let Some(index) = built_index(migration.sql.as_str()) else {
        return Ok(());
    };
    let leftover: Option<String> = sqlx::query_scalar(
        "SELECT format('DROP INDEX CONCURRENTLY %I.%I', n.nspname, c.relname) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = current_schema() AND c.relname = $1 AND c.relkind = 'i'",
    )
    .bind(index)
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(drop) = leftover {
        tracing::info!(index, "left over by a build that was cut short, built anew");
        // The server has quoted the names.
        connection.execute(AssertSqlSafe(drop)).await?;
    }
    Ok(())
}

/// For the migrations behind it.
pub(super) async fn tidy(connection: &mut PgConnection) -> sqlx::Result<()> {
    let limit = format!("SET lock_timeout = {}", LOCK_TIMEOUT.as_millis());
    connection.execute(AssertSqlSafe(limit)).await?;
    Ok(())
}

/// The index that a file builds.
fn built_index(sql: &str) -> Option<&str> {
    let (_, behind) = sql.split_once("CREATE INDEX CONCURRENTLY")?;
    behind.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MIGRATOR;

    #[test]
    fn every_file_outside_a_transaction_builds_or_drops_one_index() {
        for file in MIGRATOR.iter() {
            let sql = file.sql.as_str();
            let statements = sql.lines().filter(|line| !line.starts_with("--")).collect::<String>();
            assert_eq!(sql.contains("CONCURRENTLY"), file.no_tx, "{} {:?}", file.version, file.migration_type);
            if file.no_tx {
                assert_eq!(statements.matches(';').count(), 1, "{}", file.version);
                assert_eq!(built_index(sql).is_some(), file.migration_type.is_up_migration(), "{}", file.version);
            }
        }
    }

    #[test]
    fn the_name_is_found() {
        assert_eq!(built_index("-- no-transaction\nCREATE INDEX CONCURRENTLY a_b\n    ON c (d);"), Some("a_b"));
        assert_eq!(built_index("DROP INDEX CONCURRENTLY IF EXISTS a_b;"), None);
    }
}
