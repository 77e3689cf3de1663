//! Going on with the erasure of users.

use roster_domain::UserId;
use roster_domain::ports::STEP_ROWS;
use rusqlite::{Connection, params};

use super::LARGE_ROWS;
use crate::columns::id;
use crate::query;
use crate::statements::statements;

/// At most ?2 of the rows of a table that are user ?1's; along this index, where the planner would take another.
macro_rules! some_of {
    ($table:literal $(, $index:literal)?) => {
        concat!("DELETE FROM ", $table, " WHERE rowid IN
            (SELECT rowid FROM ", $table, $(" INDEXED BY ", $index,)? " WHERE user_id = ?1 LIMIT ?2)")
    };
}

statements! {
    /// Somebody who was marked erased. The comparison lets the index be searched, which holds only those that were.
    ERASED = "SELECT id FROM users WHERE erased_at IS NOT NULL AND erased_at >= 0 LIMIT 1"
        => ["SEARCH users USING INDEX users_erased (erased_at>?)"];

    IMPORTS = some_of!("imports")
        => [
            "SEARCH imports USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH imports USING COVERING INDEX imports_by_client (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    IMPORT_PIECES = some_of!("import_pieces")
        => [
            "SEARCH import_pieces USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_pieces USING COVERING INDEX sqlite_autoindex_import_pieces_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    IMPORT_REPORTS = some_of!("import_reports")
        => [
            "SEARCH import_reports USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_reports USING COVERING INDEX sqlite_autoindex_import_reports_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    IMPORT_CHANGES = some_of!("import_changes")
        => [
            "SEARCH import_changes USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_changes USING COVERING INDEX sqlite_autoindex_import_changes_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    IMPORT_GROUPS = some_of!("import_groups")
        => [
            "SEARCH import_groups USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_groups USING COVERING INDEX sqlite_autoindex_import_groups_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    IMPORT_DRAFTS = some_of!("import_drafts")
        => [
            "SEARCH import_drafts USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH import_drafts USING COVERING INDEX import_drafts_by_key (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    CONTACTS = some_of!("contacts", "contacts_by_client")
        => [
            "SEARCH contacts USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH contacts USING COVERING INDEX contacts_by_client (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    /// The last line is the foreign key's question, as of the clients and the user below.
    GROUPS = some_of!("contact_groups")
        => [
            "SEARCH contact_groups USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH contact_groups USING COVERING INDEX sqlite_autoindex_contact_groups_2 (user_id=?)",
            "CREATE BLOOM FILTER",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
        ];

    CLIENTS = some_of!("clients")
        => [
            "SEARCH clients USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH clients USING COVERING INDEX sqlite_autoindex_clients_1 (user_id=?)",
            "CREATE BLOOM FILTER",
            "SEARCH contact_groups USING COVERING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=?)",
        ];

    SESSIONS = some_of!("sessions")
        => [
            "SEARCH sessions USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH sessions USING COVERING INDEX sqlite_autoindex_sessions_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    AUDIT = some_of!("audit_entries")
        => [
            "SEARCH audit_entries USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH audit_entries USING COVERING INDEX sqlite_autoindex_audit_entries_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    USER = "DELETE FROM users WHERE id = ?1"
        => [
            "SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)",
            "SEARCH imports USING COVERING INDEX imports_by_client (user_id=?)",
            "SEARCH sessions USING COVERING INDEX sqlite_autoindex_sessions_1 (user_id=?)",
            "SEARCH clients USING COVERING INDEX sqlite_autoindex_clients_1 (user_id=?)",
        ];
}

/// What is below a user, children first. The address and the clients' credentials went when the user was marked, and
/// stay gone: what makes either looks in its own transaction whether the user is there, and there is one writer.
///
/// Imports go before what belongs to them: whoever works on one has lost it then, and adds nothing more.
const BELOW: [(&str, usize); 11] = [
    (IMPORTS, STEP_ROWS),
    (IMPORT_PIECES, LARGE_ROWS),
    (IMPORT_REPORTS, LARGE_ROWS),
    (IMPORT_CHANGES, STEP_ROWS),
    (IMPORT_GROUPS, STEP_ROWS),
    (IMPORT_DRAFTS, STEP_ROWS),
    (CONTACTS, STEP_ROWS),
    (GROUPS, STEP_ROWS),
    (CLIENTS, STEP_ROWS),
    (SESSIONS, STEP_ROWS),
    (AUDIT, STEP_ROWS),
];

/// Removes at most a step's rows of a kind, and goes to the next kind only when none of this one is left. Whether there
/// may be more, of this user or another.
pub(super) fn step(connection: &Connection) -> rusqlite::Result<bool> {
    let Some(user) = query::one(connection, ERASED, [], |row| id::<UserId>(row, 0))? else { return Ok(false) };
    for (kind, most) in BELOW {
        if query::write(connection, kind, params![user.as_bytes(), query::rows(most)])? >= most {
            return Ok(true);
        }
    }
    query::write(connection, USER, params![user.as_bytes()])?;
    Ok(true)
}
