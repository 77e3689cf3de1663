//! Taking users away from every caller. What is below them goes later, in the housekeeping.

use roster_domain::ports::UserErasure;
use roster_domain::{AuditEntry, Precondition, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::rows::{self, FREE_EMAIL, MARK_ERASED};
use crate::{audit, clients, imports, query, sessions};

pub(super) fn user(
    connection: &Connection,
    id: UserId,
    verified: &str,
    precondition: &Precondition,
    at: Timestamp,
    entry: &AuditEntry,
) -> rusqlite::Result<UserErasure> {
    let Some(stored) = rows::get(connection, id)? else { return Ok(UserErasure::Absent) };
    if stored.password_hash != verified {
        return Ok(UserErasure::PasswordChanged);
    }
    if !precondition.admits(stored.user.version()) {
        return Ok(UserErasure::Stale);
    }
    query::write(connection, MARK_ERASED, params![id.as_bytes(), at.millis()])?;
    sessions::end_others(connection, id, None, at)?;
    query::write(connection, FREE_EMAIL, params![stored.user.email.key().as_str(), id.as_bytes()])?;
    clients::free_credentials(connection, id)?;
    imports::discard_of_user(connection, id)?;
    audit::append(connection, entry)?;
    Ok(UserErasure::Done)
}
