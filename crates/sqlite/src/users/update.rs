//! Changing users.

use roster_domain::ports::UserUpdate;
use roster_domain::{AuditEntry, Email, Precondition, Timestamp, UserChanges, UserId};
use rusqlite::{Connection, params};

use super::rows::{self, CLAIM_EMAIL, FREE_EMAIL, REHASH, Stored, UPDATE};
use crate::{audit, query, sessions};

pub(super) fn user(
    connection: &Connection,
    id: UserId,
    changes: &UserChanges,
    verified: Option<&str>,
    precondition: &Precondition,
    at: Timestamp,
    entries: &[AuditEntry],
) -> rusqlite::Result<UserUpdate> {
    let Some(stored) = rows::get(connection, id)? else { return Ok(UserUpdate::Absent) };
    if verified.is_some_and(|hash| hash != stored.password_hash) {
        return Ok(UserUpdate::PasswordChanged);
    }
    if !precondition.admits(stored.user.version()) {
        return Ok(UserUpdate::Stale);
    }
    let mut changed = applied(changes, &stored);
    // First, so that an address that is taken leaves nothing to undo.
    if !exchange_email(connection, id, &stored.user.email, &changed.user.email)? {
        return Ok(UserUpdate::EmailTaken);
    }
    if changed != stored {
        changed.user.updated_at = at;
        changed.user.revision += 1;
        let Stored { user, password_hash } = &changed;
        query::write(
            connection,
            UPDATE,
            params![
                id.as_bytes(),
                user.email.as_str(),
                user.firstname.as_str(),
                user.lastname.as_str(),
                password_hash,
                user.updated_at.millis(),
                user.revision,
            ],
        )?;
    }
    if let Some(password) = &changes.password {
        sessions::end_others(connection, id, Some(password.keep), at)?;
    }
    for entry in entries {
        audit::append(connection, entry)?;
    }
    Ok(UserUpdate::Done(changed.user))
}

fn applied(changes: &UserChanges, stored: &Stored) -> Stored {
    let mut changed = stored.clone();
    if let Some(email) = &changes.email {
        changed.user.email = email.clone();
    }
    if let Some(firstname) = &changes.firstname {
        changed.user.firstname = firstname.clone();
    }
    if let Some(lastname) = &changes.lastname {
        changed.user.lastname = lastname.clone();
    }
    if let Some(password) = &changes.password {
        changed.password_hash = password.hash.clone();
    }
    changed
}

/// Whether the user has the new address then. Two spellings of one address have one key.
fn exchange_email(connection: &Connection, id: UserId, old: &Email, new: &Email) -> rusqlite::Result<bool> {
    let (old, new) = (old.key(), new.key());
    if old == new {
        return Ok(true);
    }
    if query::write(connection, CLAIM_EMAIL, params![new.as_str(), id.as_bytes()])? == 0 {
        return Ok(false);
    }
    query::write(connection, FREE_EMAIL, params![old.as_str(), id.as_bytes()])?;
    Ok(true)
}

pub(super) fn rehash(connection: &Connection, id: UserId, from: &str, to: &str) -> rusqlite::Result<()> {
    query::write(connection, REHASH, params![id.as_bytes(), from, to])?;
    Ok(())
}
