//! Imports that came to their end by themselves, and what is left of those that nobody needs any more.

use roster_domain::ports::{EndTimes, STEP_ROWS};
use roster_domain::{ImportId, UserId};
use rusqlite::{Connection, params};

use super::LARGE_ROWS;
use crate::columns::{id, uuid};
use crate::statements::statements;
use crate::{imports, query};

/// At most ?3 of the rows of a table that belong to the import ?2 of the user ?1.
macro_rules! some_of {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE rowid IN (SELECT rowid FROM ",
            $table,
            " WHERE user_id = ?1 AND import_id = ?2 LIMIT ?3)"
        )
    };
}

statements! {
    /// One at its end, with what is needed no more.
    UNTIDY = "SELECT user_id, id FROM imports WHERE is_untidy AND user_id > x'' LIMIT 1"
        => ["SEARCH imports USING INDEX imports_untidy (user_id>?)"];

    /// One that nobody sees any more, with nothing but what is kept until then.
    DISCARDED = "SELECT user_id, id FROM imports WHERE state = 'discarded' AND NOT is_untidy AND user_id > x'' LIMIT 1"
        => ["SEARCH imports USING INDEX imports_discarded (user_id>?)"];

    PIECES = some_of!("import_pieces")
        => [
            "SEARCH import_pieces USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_pieces USING COVERING INDEX sqlite_autoindex_import_pieces_1 (user_id=? AND import_id=?)",
            "CREATE BLOOM FILTER",
        ];

    DRAFTS = some_of!("import_drafts")
        => [
            "SEARCH import_drafts USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_drafts USING COVERING INDEX import_drafts_by_key (user_id=? AND import_id=?)",
            "CREATE BLOOM FILTER",
        ];

    REPORTS = some_of!("import_reports")
        => [
            "SEARCH import_reports USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_reports USING COVERING INDEX sqlite_autoindex_import_reports_1 (user_id=? AND import_id=?)",
            "CREATE BLOOM FILTER",
        ];

    CHANGES = some_of!("import_changes")
        => [
            "SEARCH import_changes USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_changes USING COVERING INDEX sqlite_autoindex_import_changes_1 (user_id=? AND import_id=?)",
            "CREATE BLOOM FILTER",
        ];

    GROUPS = some_of!("import_groups")
        => [
            "SEARCH import_groups USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_groups USING COVERING INDEX sqlite_autoindex_import_groups_1 (user_id=? AND import_id=?)",
            "CREATE BLOOM FILTER",
        ];

    TIDIED = "UPDATE imports SET staged_bytes = 0, is_untidy = 0 WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    REMOVE = "DELETE FROM imports WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];
}

/// What only those need that go on.
const WORKING: [(&str, usize); 2] = [(PIECES, LARGE_ROWS), (DRAFTS, STEP_ROWS)];

/// The rest of what belongs to one.
const KEPT: [(&str, usize); 3] = [(REPORTS, LARGE_ROWS), (CHANGES, STEP_ROWS), (GROUPS, STEP_ROWS)];

/// One step of each; whether there may be more.
pub(super) fn sweep(connection: &Connection, times: EndTimes) -> rusqlite::Result<bool> {
    let over = imports::over(connection, times)?;
    let forgotten = imports::forget(connection, times.ended_at)?;
    let tidied = tidy(connection)?;
    let removed = remove(connection)?;
    Ok(over || forgotten || tidied || removed)
}

fn tidy(connection: &Connection) -> rusqlite::Result<bool> {
    let Some((user, import)) = one(connection, UNTIDY)? else { return Ok(false) };
    if is_cleared(connection, &WORKING, user, import)? {
        query::write(connection, TIDIED, params![user.as_bytes(), import.as_bytes()])?;
    }
    Ok(true)
}

fn remove(connection: &Connection) -> rusqlite::Result<bool> {
    let Some((user, import)) = one(connection, DISCARDED)? else { return Ok(false) };
    if is_cleared(connection, &KEPT, user, import)? {
        query::write(connection, REMOVE, params![user.as_bytes(), import.as_bytes()])?;
    }
    Ok(true)
}

fn one(connection: &Connection, sql: &str) -> rusqlite::Result<Option<(UserId, ImportId)>> {
    query::one(connection, sql, [], |row| Ok((id(row, 0)?, uuid(row, 1)?)))
}

/// Removes at most so many rows of a kind, and goes to the next kind only when none of this one is left. Whether none is
/// left of any.
fn is_cleared(
    connection: &Connection,
    kinds: &[(&str, usize)],
    user: UserId,
    import: ImportId,
) -> rusqlite::Result<bool> {
    for (kind, most) in kinds {
        if query::write(connection, kind, params![user.as_bytes(), import.as_bytes(), query::rows(*most)])? >= *most {
            return Ok(false);
        }
    }
    Ok(true)
}
