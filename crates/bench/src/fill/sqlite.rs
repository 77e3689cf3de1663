//! SQLite, in large transactions.

use rusqlite::{Connection, params};

use super::{CHANNEL, COLUMNS, group_of};
use crate::accounts::Account;
use crate::layout::Layout;
use crate::rows::rows;

/// Rows a transaction.
const STEP: usize = 50_000;

pub fn fill(file: &str, accounts: &[Account], layout: &Layout) -> anyhow::Result<()> {
    let connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144")?;
    let indexes: Vec<(String, String)> = connection
        .prepare(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'contacts' AND sql IS NOT NULL",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (name, _) in &indexes {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    let mut insert = connection.prepare(&format!(
        "INSERT INTO contacts ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 0, 0, ?9, ?10, ?11, ?12)"
    ))?;
    connection.execute_batch("BEGIN")?;
    for (at, row) in rows(layout).enumerate() {
        let row = row?;
        let account = &accounts[row.user];
        insert.execute(params![
            account.user,
            Layout::id_of(row.contact),
            account.client,
            group_of(account, row.contact),
            row.name.as_str(),
            row.number.as_str(),
            CHANNEL,
            row.created_at.timestamp_millis(),
            row.derived.number.kind.as_str(),
            row.derived.number.e164.as_ref().map(roster_domain::values::E164::as_str),
            row.derived.name_key.as_str(),
            row.derived.search_key.as_str(),
        ])?;
        if at % STEP == STEP - 1 {
            connection.execute_batch("COMMIT; BEGIN")?;
        }
    }
    connection.execute_batch("COMMIT")?;
    drop(insert);
    for (_, definition) in indexes {
        connection.execute_batch(&definition)?;
    }
    // What isn't on disk yet goes there before anything is measured.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}
