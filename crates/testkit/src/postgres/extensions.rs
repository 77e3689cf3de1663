//! The extensions that our migrations create. They come with PostgreSQL, but not every package of it has them.

use anyhow::{Result, ensure};
use sqlx::PgConnection;

const NEEDED: [&str; 2] = ["pg_trgm", "btree_gin"];

/// Whether the server has them all, so that none of the tests fails over one with less to go by.
pub(super) async fn ensure_there(server: &mut PgConnection) -> Result<()> {
    let there: Vec<String> =
        sqlx::query_scalar("SELECT name::text FROM pg_available_extensions").fetch_all(server).await?;
    let missing: Vec<&str> = NEEDED.into_iter().filter(|needed| there.iter().all(|name| name != needed)).collect();
    ensure!(
        missing.is_empty(),
        "the PostgreSQL for the tests lacks the extension {}: it is part of PostgreSQL's contrib (Debian has it in \
         postgresql-15 and its like, Fedora and Alpine in postgresql-contrib)",
        missing.join(" and ")
    );
    Ok(())
}
