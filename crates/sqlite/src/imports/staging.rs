//! Files that are handed over: pieces, and how much of them there may be.

use roster_domain::ports::{Receiving, StagedPiece, Staging, StagingLimits};
use roster_domain::{ImportId, ImportSource, ImportState, Lease, NewImport, Scope, UserId};
use rusqlite::{Connection, params};

use super::{open, rows};
use crate::statements::statements;
use crate::{clients, query};

statements! {
    /// Everybody's together, and those of the user ?1.
    STAGED_BYTES = "SELECT COALESCE(sum(staged_bytes), 0), COALESCE(sum(staged_bytes) FILTER (WHERE user_id = ?1), 0)
        FROM imports WHERE staged_bytes > 0 AND user_id > x''"
        => ["SEARCH imports USING INDEX imports_staged (user_id>?)"];

    IS_THERE = "SELECT 1 FROM import_pieces WHERE user_id = ?1 AND import_id = ?2 AND number = ?3"
        => ["SEARCH import_pieces USING COVERING INDEX sqlite_autoindex_import_pieces_1 (user_id=? AND import_id=? AND number=?)"];

    /// All that an import needs to go on is there.
    HAS_FILE = "SELECT 1 FROM imports WHERE user_id = ?1 AND id = ?2 AND staged_bytes > 0 AND NOT is_untidy"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    PIECE = "SELECT bytes FROM import_pieces WHERE user_id = ?1 AND import_id = ?2 AND number = ?3"
        => ["SEARCH import_pieces USING INDEX sqlite_autoindex_import_pieces_1 (user_id=? AND import_id=? AND number=?)"];

    INSERT = "INSERT INTO import_pieces (user_id, import_id, number, bytes) VALUES (?1, ?2, ?3, ?4)"
        => [];

    /// ?3 more bytes are there, and the lease is renewed.
    GROW = "UPDATE imports SET staged_bytes = staged_bytes + ?3, file_bytes = staged_bytes + ?3, lease_holder = ?4,
            lease_until = ?5
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];
}

pub(super) fn receive(
    connection: &Connection,
    scope: &Scope,
    new: &NewImport,
    limits: StagingLimits,
    lease: Lease,
) -> rusqlite::Result<Receiving> {
    let user = scope.user();
    let Some(client) = clients::of_scope(connection, scope)? else { return Ok(Receiving::ClientGone) };
    if open::waiting(connection, user)? >= u64::from(limits.waiting) {
        return Ok(Receiving::TooMany);
    }
    if !has_room(connection, user, limits, 1)? {
        return Ok(Receiving::NoRoom);
    }
    rows::insert(connection, user, client, ImportSource::Staged, new, lease).map(Receiving::Begun)
}

pub(super) fn stage(
    connection: &Connection,
    scope: &Scope,
    id: ImportId,
    piece: &StagedPiece,
    limits: StagingLimits,
    lease: Lease,
) -> rusqlite::Result<Staging> {
    let user = scope.user();
    match rows::get(connection, scope, id)? {
        Some(import) if import.state == ImportState::Receiving => {}
        _ => return Ok(Staging::Gone),
    }
    let (user_id, import_id) = (user.as_bytes(), id.as_bytes());
    let mut grown = 0;
    if !is_there(connection, user, id, piece.number)? {
        grown = piece.bytes.len() as u64;
        if !has_room(connection, user, limits, grown)? {
            return Ok(Staging::NoRoom);
        }
        query::write(connection, INSERT, params![user_id, import_id, piece.number, piece.bytes])?;
    }
    query::write(connection, GROW, params![user_id, import_id, grown, lease.holder, lease.until.millis()])?;
    Ok(Staging::Done)
}

/// Whether so many bytes more may be staged for a user.
fn has_room(connection: &Connection, user: UserId, limits: StagingLimits, bytes: u64) -> rusqlite::Result<bool> {
    let staged = query::one(connection, STAGED_BYTES, params![user.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (in_all, of_user) = staged.unwrap_or_default();
    let fits = |staged: u64, most| staged.saturating_add(bytes) <= most;
    Ok(fits(in_all, limits.staged_bytes) && fits(of_user, limits.staged_bytes_of_user))
}

/// Whether a file that was handed over is all there, and stays.
pub(super) fn has_file(connection: &Connection, user: UserId, id: ImportId) -> rusqlite::Result<bool> {
    Ok(query::one(connection, HAS_FILE, params![user.as_bytes(), id.as_bytes()], |_| Ok(()))?.is_some())
}

/// Whether this piece of a file is there.
fn is_there(connection: &Connection, user: UserId, id: ImportId, number: u64) -> rusqlite::Result<bool> {
    let params = params![user.as_bytes(), id.as_bytes(), number];
    Ok(query::one(connection, IS_THERE, params, |_| Ok(()))?.is_some())
}

pub(super) fn piece(
    connection: &Connection,
    user: UserId,
    id: ImportId,
    number: u64,
) -> rusqlite::Result<Option<Vec<u8>>> {
    query::one(connection, PIECE, params![user.as_bytes(), id.as_bytes(), number], |row| row.get(0))
}
