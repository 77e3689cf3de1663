//! Beginning, rotating, noting and ending sessions.

use roster_domain::{AuditEntry, NewSession, Session, SessionId, SessionSecret, SessionUse, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::rows::{END, END_LIVING, END_OTHERS, INSERT, NOTE_USE, ROTATE};
use crate::{audit, query, users};

pub(super) fn create(
    connection: &Connection,
    session: &NewSession,
    verified: Option<&str>,
    entry: &AuditEntry,
) -> rusqlite::Result<bool> {
    let secret = &session.secret;
    let rows = query::write(
        connection,
        INSERT,
        params![
            session.user.as_bytes(),
            session.id.as_bytes(),
            session.user_agent,
            session.created_at.millis(),
            session.last_used_at.millis(),
            session.expires_at.millis(),
            secret.counter,
            secret.nonce,
            secret.key_id,
            secret.token_hash.0,
            secret.previous_token_hash.map(|hash| hash.0),
            secret.rotated_at.millis(),
            secret.pair_used,
            verified,
        ],
    )?;
    if rows == 1 {
        audit::append(connection, entry)?;
    }
    Ok(rows == 1)
}

pub(super) fn end(
    connection: &Connection,
    user: UserId,
    id: SessionId,
    at: Timestamp,
    entry: &AuditEntry,
) -> rusqlite::Result<bool> {
    let rows = query::write(connection, END, params![user.as_bytes(), id.as_bytes(), at.millis()])?;
    if rows == 1 {
        audit::append(connection, entry)?;
    }
    Ok(rows == 1)
}

/// Nothing of a user who is gone lives, and no entry may come after the last step of an erasure.
pub(super) fn end_all(
    connection: &Connection,
    user: UserId,
    at: Timestamp,
    entry: &AuditEntry,
) -> rusqlite::Result<u64> {
    if !users::is_live(connection, user)? {
        return Ok(0);
    }
    let ended = query::write(connection, END_LIVING, params![user.as_bytes(), at.millis()])?;
    audit::append(connection, entry)?;
    Ok(ended as u64)
}

/// Ends all of a user's sessions that weren't ended, but not the one to keep: part of an act that takes more away than
/// sessions.
pub(crate) fn end_others(
    connection: &Connection,
    user: UserId,
    keep: Option<SessionId>,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let keep = keep.as_ref().map(SessionId::as_bytes);
    query::write(connection, END_OTHERS, params![user.as_bytes(), at.millis(), keep])?;
    Ok(())
}

/// One writer: of several that found the same secret, the first changes it.
pub(super) fn rotate(
    connection: &Connection,
    session: &Session,
    next: &SessionSecret,
    used: &SessionUse,
) -> rusqlite::Result<bool> {
    let rows = query::write(
        connection,
        ROTATE,
        params![
            session.user.as_bytes(),
            session.id.as_bytes(),
            session.secret.counter,
            session.secret.token_hash.0,
            next.counter,
            next.nonce,
            next.key_id,
            next.token_hash.0,
            next.previous_token_hash.map(|hash| hash.0),
            next.rotated_at.millis(),
            next.pair_used,
            used.last_used_at.millis(),
            used.expires_at.millis(),
        ],
    )?;
    Ok(rows == 1)
}

pub(super) fn note_use(
    connection: &Connection,
    user: UserId,
    id: SessionId,
    used: &SessionUse,
) -> rusqlite::Result<()> {
    let (last_used_at, expires_at) = (used.last_used_at.millis(), used.expires_at.millis());
    query::write(connection, NOTE_USE, params![user.as_bytes(), id.as_bytes(), last_used_at, expires_at, used.pair])?;
    Ok(())
}
