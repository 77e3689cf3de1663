//! Making accounts.

use roster_domain::{AuditEntry, Client, NewAccount, User};
use rusqlite::{Connection, params};

use super::rows::{CLAIM_EMAIL, INSERT};
use crate::{audit, clients, query};

pub(super) fn account(
    connection: &Connection,
    account: &NewAccount,
    entry: &AuditEntry,
) -> rusqlite::Result<Option<(User, Client)>> {
    let user = &account.user.user;
    // First, so that an address that is taken leaves nothing to undo.
    let claimed = query::write(connection, CLAIM_EMAIL, params![user.email.key().as_str(), user.id.as_bytes()])?;
    if claimed == 0 {
        return Ok(None);
    }
    query::write(
        connection,
        INSERT,
        params![
            user.id.as_bytes(),
            user.email.as_str(),
            user.firstname.as_str(),
            user.lastname.as_str(),
            account.user.password_hash,
            user.created_at.millis(),
            user.updated_at.millis(),
            user.revision,
        ],
    )?;
    let client = clients::insert(connection, user.id, &account.client, true)?;
    audit::append(connection, entry)?;
    Ok(Some((user.clone(), client)))
}
