//! PostgreSQL, by COPY.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::{CHANNEL, COLUMNS, group_of};
use crate::accounts::{Account, hex};
use crate::layout::Layout;
use crate::rows::{Row, rows};

/// How much is sent at once.
const CHUNK: usize = 1 << 20;

pub async fn fill(url: &str, accounts: &[Account], layout: &Layout) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    // The accounts were made by the server, so every foreign key holds without being looked at a million times.
    connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'").await?;
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT indexname::text, indexdef FROM pg_indexes \
         WHERE schemaname = current_schema() AND tablename = 'contacts' AND indexname <> 'contacts_pkey'",
    )
    .fetch_all(&mut connection)
    .await?;
    for (name, _) in &indexes {
        connection.execute(AssertSqlSafe(format!("DROP INDEX {name}"))).await?;
    }
    let mut copy = connection.copy_in_raw(&format!("COPY contacts ({COLUMNS}) FROM STDIN")).await?;
    let mut chunk = String::with_capacity(2 * CHUNK);
    for row in rows(layout) {
        let row = row?;
        write_line(&mut chunk, &row, &accounts[row.user])?;
        if chunk.len() > CHUNK {
            copy.send(chunk.as_bytes()).await?;
            chunk.clear();
        }
    }
    copy.send(chunk.as_bytes()).await?;
    copy.finish().await?;
    for (_, definition) in indexes {
        connection.execute(AssertSqlSafe(definition)).await?;
    }
    connection.close().await?;
    Ok(())
}

/// One line of COPY's text format.
fn write_line(line: &mut String, row: &Row, account: &Account) -> anyhow::Result<()> {
    for id in [&account.user, &Layout::id_of(row.contact), &account.client, group_of(account, row.contact)] {
        write!(line, "\\\\x{}\t", hex(id))?;
    }
    write_text(line, row.name.as_str());
    write_text(line, row.number.as_str());
    let (at, kind) = (row.created_at.to_rfc3339(), row.derived.number.kind.as_str());
    write!(line, "{CHANNEL}\t{at}\t{at}\t0\t0\t{kind}\t")?;
    match &row.derived.number.e164 {
        Some(e164) => write_text(line, e164.as_str()),
        None => line.push_str("\\N\t"),
    }
    write_text(line, row.derived.name_key.as_str());
    write_text(line, row.derived.search_key.as_str());
    // No tab behind the last.
    line.pop();
    line.push('\n');
    Ok(())
}

fn write_text(line: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            other => line.push(other),
        }
    }
    line.push('\t');
}
