//! Going on with the erasure of users.

use roster_domain::ports::STEP_ROWS;
use roster_domain::{Email, UserId};
use rusqlite::{Connection, Row, params};

use crate::columns::id;
use crate::query;
use crate::statements::statements;

statements! {
    /// Somebody who was marked erased. The comparison lets the index be searched, which holds only those that were.
    ERASED = "SELECT id, email FROM users WHERE erased_at IS NOT NULL AND erased_at >= 0 LIMIT 1"
        => ["SEARCH users USING INDEX users_erased (erased_at>?)"];

    CONTACTS = "DELETE FROM contacts WHERE rowid IN (SELECT rowid FROM contacts WHERE user_id = ?1 LIMIT ?2)"
        => [
            "SEARCH contacts USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH contacts USING COVERING INDEX contacts_by_client (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    /// The last line is the foreign key's question, as of the clients and the user below.
    GROUPS = "DELETE FROM contact_groups
        WHERE rowid IN (SELECT rowid FROM contact_groups WHERE user_id = ?1 LIMIT ?2)"
        => [
            "SEARCH contact_groups USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH contact_groups USING COVERING INDEX sqlite_autoindex_contact_groups_2 (user_id=?)",
            "CREATE BLOOM FILTER",
            "SEARCH contacts USING COVERING INDEX contacts_by_group (user_id=? AND client_id=? AND group_id=?)",
        ];

    /// Those of the clients that go next: none, unless they were left behind. Others may have them by now.
    CREDENTIALS = "DELETE FROM client_credentials
        WHERE user_id = ?1 AND session_id IN (SELECT session_id FROM clients WHERE user_id = ?1 ORDER BY id LIMIT ?2)"
        => [
            "SEARCH client_credentials USING INDEX sqlite_autoindex_client_credentials_1 (session_id=?)",
            "LIST SUBQUERY 1",
            "SEARCH clients USING INDEX sqlite_autoindex_clients_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    CLIENTS = "DELETE FROM clients
        WHERE rowid IN (SELECT rowid FROM clients WHERE user_id = ?1 ORDER BY id LIMIT ?2)"
        => [
            "SEARCH clients USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH clients USING COVERING INDEX sqlite_autoindex_clients_1 (user_id=?)",
            "CREATE BLOOM FILTER",
            "SEARCH contact_groups USING COVERING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=?)",
        ];

    SESSIONS = "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE user_id = ?1 LIMIT ?2)"
        => [
            "SEARCH sessions USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH sessions USING COVERING INDEX sqlite_autoindex_sessions_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    AUDIT = "DELETE FROM audit_entries
        WHERE rowid IN (SELECT rowid FROM audit_entries WHERE user_id = ?1 LIMIT ?2)"
        => [
            "SEARCH audit_entries USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH audit_entries USING COVERING INDEX sqlite_autoindex_audit_entries_1 (user_id=?)",
            "CREATE BLOOM FILTER",
        ];

    EMAIL = "DELETE FROM user_emails WHERE email_key = ?2 AND user_id = ?1"
        => ["SEARCH user_emails USING INDEX sqlite_autoindex_user_emails_1 (email_key=?)"];

    USER = "DELETE FROM users WHERE id = ?1"
        => [
            "SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)",
            "SEARCH sessions USING COVERING INDEX sqlite_autoindex_sessions_1 (user_id=?)",
            "SEARCH clients USING COVERING INDEX sqlite_autoindex_clients_1 (user_id=?)",
        ];
}

/// What is below a user, children first.
const BELOW: [&str; 6] = [CONTACTS, GROUPS, CREDENTIALS, CLIENTS, SESSIONS, AUDIT];

/// Removes at most so many rows of a kind, and goes to the next kind only when none of this one is left. Whether there
/// may be more, of this user or another.
pub(super) fn step(connection: &Connection) -> rusqlite::Result<bool> {
    let Some((user, email)) = query::one(connection, ERASED, [], erased)? else { return Ok(false) };
    for kind in BELOW {
        if query::write(connection, kind, params![user.as_bytes(), query::rows(STEP_ROWS)])? >= STEP_ROWS {
            return Ok(true);
        }
    }
    query::write(connection, EMAIL, params![user.as_bytes(), email.key().as_str()])?;
    query::write(connection, USER, params![user.as_bytes()])?;
    Ok(true)
}

fn erased(row: &Row<'_>) -> rusqlite::Result<(UserId, Email)> {
    Ok((id(row, 0)?, Email::from_stored(row.get(1)?)))
}
