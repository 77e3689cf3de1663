//! How connections are opened.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::functions;

/// What every connection is set to. What it writes is on disk when COMMIT returns (`synchronous = FULL`). A cache of
/// 2 MiB each keeps the whole process small, and larger ones or a mapped file made gets and lists no faster; the
/// operating system caches the file anyway. (That holds where SQLite is built without `ENABLE_MEMORY_MANAGEMENT`: with
/// it, connections that rest keep their pages at the cost of those that work.)
const SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -2048;
    PRAGMA mmap_size = 0;
    PRAGMA journal_size_limit = 67108864;
";

/// More than there are statements, so that each is prepared once a connection.
const STATEMENTS: usize = 256;

/// A connection that leaves the file as it is (WAL or not), for a look at it.
pub(crate) fn plain(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    // No CREATE: a file that vanished under a running server is a failure, not an empty database.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    Ok(connection)
}

/// The connection that writes.
pub(crate) fn writer(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let connection = plain(path, busy_timeout)?;
    connection.execute_batch(SETTINGS)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    functions::add(&connection)?;
    Ok(connection)
}

/// A connection that reads. It may write to `-shm`, which the WAL needs, but not to the database.
pub(crate) fn reader(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let connection = writer(path, busy_timeout)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `.cargo/config.toml` has it built: with caches in common, lists take three times as long.
    #[test]
    fn each_connection_has_a_cache_of_its_own() {
        let connection = Connection::open_in_memory().unwrap();
        let mut options = connection.prepare("PRAGMA compile_options").unwrap();
        let options: Vec<String> = options.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(!options.iter().any(|option| option == "ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
    }
}
