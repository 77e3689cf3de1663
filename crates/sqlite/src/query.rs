//! What acts do with statements. All of it goes through the connection's cache of prepared ones.

use roster_domain::Limit;
use rusqlite::{Connection, OptionalExtension, Params, Result, Row};

/// Less than every id: where a list that rises begins.
pub(crate) const BELOW_ALL: &[u8] = &[];

/// More than every id, of 12 bytes or 16: where a list that falls begins.
pub(crate) const ABOVE_ALL: &[u8] = &[0xff; 17];

/// As many rows as a page asks for: one more than it holds, to see whether there are more.
pub(crate) const fn one_more(limit: Limit) -> i64 {
    rows(limit.rows()) + 1
}

/// A number of rows, as SQLite counts.
pub(crate) const fn rows(count: usize) -> i64 {
    count as i64
}

/// The row there is, if any.
pub(crate) fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    map: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    connection.prepare_cached(sql)?.query_row(params, map).optional()
}

/// Every row.
pub(crate) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    map: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, map)?.collect()
}

/// Every row of a page, for which there is room at once.
pub(crate) fn all_of<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    limit: Limit,
    map: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(params)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        if rows.is_empty() {
            rows.reserve_exact(limit.rows() + 1);
        }
        rows.push(map(row)?);
    }
    Ok(rows)
}

/// Several statements that see the same rows: in one transaction, which ends with them.
pub(crate) fn at_one_instant<T>(connection: &Connection, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let transaction = connection.unchecked_transaction()?;
    let read = read()?;
    transaction.commit()?;
    Ok(read)
}

/// Writes; how many rows it touched.
pub(crate) fn write(connection: &Connection, sql: &str, params: impl Params) -> Result<usize> {
    connection.prepare_cached(sql)?.execute(params)
}
