//! Files that are handed over: pieces, and how much of them there may be.

use roster_domain::ports::{Receiving, StagedPiece, Staging, StagingLimits};
use roster_domain::{ImportId, ImportSource, ImportState, Lease, NewImport, Scope, UserId};
use rusqlite::{Connection, params};

use super::{open, rows};
use crate::statements::statements;
use crate::{clients, query};

statements! {
    /// Everybody's together.
    STAGED_BYTES = "SELECT COALESCE(sum(staged_bytes), 0) FROM imports WHERE staged_bytes > 0 AND user_id > x''"
        => ["SEARCH imports USING INDEX imports_staged (user_id>?)"];

    IS_THERE = "SELECT 1 FROM import_pieces WHERE user_id = ?1 AND import_id = ?2 AND number = ?3"
        => ["SEARCH import_pieces USING COVERING INDEX sqlite_autoindex_import_pieces_1 (user_id=? AND import_id=? AND number=?)"];

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
    let waits =
        |open: &open::Open| open.user == user && matches!(open.state, ImportState::Receiving | ImportState::Waiting);
    let waiting = open::open(connection)?.iter().filter(|open| waits(open)).count();
    if waiting as u64 >= u64::from(limits.waiting) {
        return Ok(Receiving::TooMany);
    }
    if staged_bytes(connection)? >= limits.staged_bytes {
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
        if staged_bytes(connection)?.saturating_add(grown) > limits.staged_bytes {
            return Ok(Staging::NoRoom);
        }
        query::write(connection, INSERT, params![user_id, import_id, piece.number, piece.bytes])?;
    }
    query::write(connection, GROW, params![user_id, import_id, grown, lease.holder, lease.until.millis()])?;
    Ok(Staging::Done)
}

fn staged_bytes(connection: &Connection) -> rusqlite::Result<u64> {
    Ok(query::one(connection, STAGED_BYTES, [], |row| row.get(0))?.unwrap_or_default())
}

/// Whether this piece of a file is there.
pub(super) fn is_there(connection: &Connection, user: UserId, id: ImportId, number: u64) -> rusqlite::Result<bool> {
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
