//! How connections are opened.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::functions;

/// What every connection is set to. What it writes is on disk when COMMIT returns (`synchronous = FULL`).
const SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA mmap_size = 0;
    PRAGMA journal_size_limit = 67108864;
";

/// More than there are statements, so that each is prepared once a connection.
const STATEMENTS: usize = 128;

/// A connection that leaves the file as it is (WAL or not), for a look at it.
pub(crate) fn plain(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    // No CREATE: a file that vanished under a running server is a failure, not an empty database.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    Ok(connection)
}

/// How much of the file a connection keeps in memory, in KiB. Caches are small, so that the whole process is; the
/// operating system keeps the file anyway.
#[derive(Clone, Copy)]
pub(crate) struct Cache(u32);

pub(crate) const READER_CACHE: Cache = Cache(2_048);
pub(crate) const SEARCH_CACHE: Cache = Cache(2_048);
pub(crate) const WRITER_CACHE: Cache = Cache(2_048);

/// The connection that writes.
pub(crate) fn writer(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    open(path, busy_timeout, WRITER_CACHE)
}

fn open(path: &Path, busy_timeout: Duration, Cache(kib): Cache) -> rusqlite::Result<Connection> {
    let connection = plain(path, busy_timeout)?;
    connection.execute_batch(SETTINGS)?;
    connection.execute_batch(&format!("PRAGMA cache_size = -{kib}"))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    functions::add(&connection)?;
    Ok(connection)
}

/// A connection that reads. It may write to `-shm`, which the WAL needs, but not to the database.
pub(crate) fn reader(path: &Path, busy_timeout: Duration, cache: Cache) -> rusqlite::Result<Connection> {
    let connection = open(path, busy_timeout, cache)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}
