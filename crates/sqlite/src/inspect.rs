//! What a database's file is like, for the operator, who is told what to do about it. Nothing here changes it, and none
//! is made.

use std::path::Path;
use std::time::Duration;

use rusqlite::{ErrorCode, OptionalExtension};

use crate::{OpenError, connection, file};

/// How long a running server's writing is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inspection {
    /// There is no such file: it would be made.
    Absent,
    /// It can be read and written.
    Good,
    /// It can be read only.
    ReadOnly,
    /// Another process writes all the time, or holds a lock that it doesn't give up.
    Busy,
}

/// Looks at a file.
///
/// # Errors
/// When it can't be opened, or is no database.
pub fn inspect(path: &Path) -> Result<Inspection, OpenError> {
    let path = file::absolute(path)?;
    if !path.exists() {
        return Ok(Inspection::Absent);
    }
    let looked = connection::plain(&path, BUSY_TIMEOUT).and_then(|connection| {
        connection.query_row("SELECT 1 FROM sqlite_schema", [], |_| Ok(())).optional()?;
        connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")
    });
    match looked {
        Ok(()) => Ok(Inspection::Good),
        Err(failure) => match failure.sqlite_error_code() {
            Some(ErrorCode::ReadOnly) => Ok(Inspection::ReadOnly),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Ok(Inspection::Busy),
            _ => Err(OpenError::Database { path, source: failure }),
        },
    }
}
