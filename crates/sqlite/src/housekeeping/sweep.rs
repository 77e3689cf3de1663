//! Removing what is over: at most a step's rows of a kind; whether there may be more.

use roster_domain::ports::STEP_ROWS;
use roster_domain::{AuditId, Timestamp};
use rusqlite::{Connection, Params, params};

use crate::query;
use crate::statements::statements;

statements! {
    COUNTERS = "DELETE FROM throttles
        WHERE rowid IN (SELECT rowid FROM throttles WHERE window_ends_at <= ?1 LIMIT ?2)"
        => [
            "SEARCH throttles USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH throttles USING COVERING INDEX throttles_over (window_ends_at<?)",
            "CREATE BLOOM FILTER",
        ];

    SESSIONS = "DELETE FROM sessions
        WHERE rowid IN (SELECT rowid FROM sessions WHERE expires_at <= ?1 LIMIT ?2)"
        => [
            "SEARCH sessions USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH sessions USING COVERING INDEX sessions_expired (expires_at<?)",
            "CREATE BLOOM FILTER",
        ];

    AUDIT = "DELETE FROM audit_entries
        WHERE rowid IN (SELECT rowid FROM audit_entries WHERE id < ?1 LIMIT ?2)"
        => [
            "SEARCH audit_entries USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH audit_entries USING COVERING INDEX audit_entries_by_id (id<?)",
            "CREATE BLOOM FILTER",
        ];
}

pub(super) fn counters(connection: &Connection, due: Timestamp) -> rusqlite::Result<bool> {
    remove(connection, COUNTERS, params![due.millis(), query::rows(STEP_ROWS)])
}

/// An ended session expires when it ends, so one question is enough.
pub(super) fn sessions(connection: &Connection, due: Timestamp) -> rusqlite::Result<bool> {
    remove(connection, SESSIONS, params![due.millis(), query::rows(STEP_ROWS)])
}

pub(super) fn audit(connection: &Connection, due: Timestamp) -> rusqlite::Result<bool> {
    remove(connection, AUDIT, params![AuditId::first_after(due).as_bytes(), query::rows(STEP_ROWS)])
}

fn remove(connection: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<bool> {
    Ok(query::write(connection, sql, params)? >= STEP_ROWS)
}
