//! What those may do to an import whose it is.

use roster_domain::ports::{EndTimes, Turned};
use roster_domain::{Import, ImportId, ImportSource, ImportState, Scope, UserId};
use rusqlite::Connection;

use super::ends::{self, discard, end, wait};
use super::{rows, staging};

pub(super) fn submit(connection: &Connection, scope: &Scope, id: ImportId) -> rusqlite::Result<Option<Import>> {
    match rows::get(connection, scope, id)? {
        Some(import) if import.state == ImportState::Receiving => {
            wait(connection, scope.user(), id)?;
            rows::get(connection, scope, id)
        }
        _ => Ok(None),
    }
}

pub(super) fn give_up(connection: &Connection, scope: &Scope, id: ImportId) -> rusqlite::Result<()> {
    match rows::get(connection, scope, id)? {
        Some(import) if import.state == ImportState::Receiving => discard(connection, scope.user(), id),
        _ => Ok(()),
    }
}

pub(super) fn cancel(
    connection: &Connection,
    scope: &Scope,
    id: ImportId,
    times: EndTimes,
) -> rusqlite::Result<Option<Import>> {
    match rows::get(connection, scope, id)? {
        Some(import) if import.state.may_be_cancelled() => {
            end(connection, scope.user(), id, ImportState::Cancelled, times)?;
            rows::get(connection, scope, id)
        }
        import => Ok(import),
    }
}

pub(super) fn resume(connection: &Connection, scope: &Scope, id: ImportId) -> rusqlite::Result<Turned> {
    turn(connection, scope, id, wait, |import| {
        Ok((import.source, import.state) == (ImportSource::Staged, ImportState::Failed)
            && staging::has_file(connection, scope.user(), id)?)
    })
}

pub(super) fn undo(connection: &Connection, scope: &Scope, id: ImportId) -> rusqlite::Result<Turned> {
    turn(connection, scope, id, ends::undo, |import| Ok(import.state.may_be_undone() && !import.is_dry_run))
}

/// Has an import go this way, if it may.
fn turn(
    connection: &Connection,
    scope: &Scope,
    id: ImportId,
    go: fn(&Connection, UserId, ImportId) -> rusqlite::Result<()>,
    may: impl FnOnce(&Import) -> rusqlite::Result<bool>,
) -> rusqlite::Result<Turned> {
    let Some(import) = rows::get(connection, scope, id)? else { return Ok(Turned::Absent) };
    if !may(&import)? {
        return Ok(Turned::NotNow(import));
    }
    go(connection, scope.user(), id)?;
    Ok(rows::get(connection, scope, id)?.map_or(Turned::Absent, Turned::Done))
}
