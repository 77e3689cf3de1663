//! Parts of a report.

use roster_domain::{Claim, ClientId, ImportId, Scope};
use rusqlite::{Connection, params};

use crate::query;
use crate::statements::statements;

statements! {
    PART = "SELECT r.lines FROM imports i
        CROSS JOIN import_reports r ON r.user_id = i.user_id AND r.import_id = i.id AND r.number = ?4
        WHERE i.user_id = ?1 AND (?2 IS NULL OR i.client_id = ?2) AND i.state <> 'discarded' AND i.id = ?3"
        => [
            "SEARCH i USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)",
            "SEARCH r USING INDEX sqlite_autoindex_import_reports_1 (user_id=? AND import_id=? AND number=?)",
        ];

    /// Its number is how many there are so far.
    INSERT = "INSERT INTO import_reports (user_id, import_id, number, lines)
        SELECT user_id, id, report_parts, ?3 FROM imports WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    COUNT_ONE = "UPDATE imports SET report_parts = report_parts + 1 WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];
}

pub(super) fn part(
    connection: &Connection,
    scope: &Scope,
    id: ImportId,
    part: u64,
) -> rusqlite::Result<Option<Vec<u8>>> {
    let (user, client) = (scope.user(), scope.client());
    let params = params![user.as_bytes(), client.as_ref().map(ClientId::as_bytes), id.as_bytes(), part];
    query::one(connection, PART, params, |row| row.get(0))
}

/// Adds these lines, if there are any.
pub(super) fn append(connection: &Connection, claim: &Claim, lines: &[u8]) -> rusqlite::Result<()> {
    if !lines.is_empty() {
        let (user, import) = (claim.user.as_bytes(), claim.import.id.as_bytes());
        query::write(connection, INSERT, params![user, import, lines])?;
        query::write(connection, COUNT_ONE, params![user, import])?;
    }
    Ok(())
}
