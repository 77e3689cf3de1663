//! Where an import goes from where it is, whoever sends it there.

use roster_domain::ports::{EndTimes, STEP_ROWS};
use roster_domain::{ClientId, ImportFailure, ImportId, ImportSource, ImportState, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::open;
use crate::query;
use crate::statements::statements;

statements! {
    /// Nothing but a failed one needs its file and its drafts behind its end.
    END = "UPDATE imports SET state = ?3, failure_code = ?4, failure_message = ?5, ended_at = ?6, expires_at = ?7,
            is_untidy = ?3 <> 'failed' AND (staged_bytes > 0 OR is_dry_run), lease_holder = NULL, lease_until = NULL
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    WAIT = "UPDATE imports SET state = 'waiting', failure_code = NULL, failure_message = NULL, ended_at = NULL,
            expires_at = NULL, lease_holder = NULL, lease_until = NULL
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    /// From then on it can't go on any more, so the file of a failed one isn't needed either.
    UNDO = "UPDATE imports SET state = 'undoing', undo_after = x'', is_untidy = staged_bytes > 0
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    RELEASE = "UPDATE imports SET lease_holder = NULL, lease_until = NULL WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    DISCARD = "UPDATE imports SET state = 'discarded', expires_at = NULL, lease_holder = NULL,
            lease_until = NULL
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    DISCARD_OF_CLIENT = "UPDATE imports SET state = 'discarded', expires_at = NULL, lease_holder = NULL,
            lease_until = NULL
        WHERE user_id = ?1 AND client_id = ?2"
        => ["SEARCH imports USING INDEX imports_by_client (user_id=? AND client_id=?)"];

    DISCARD_OF_USER = "UPDATE imports SET state = 'discarded', expires_at = NULL, lease_holder = NULL,
            lease_until = NULL
        WHERE user_id = ?1"
        => ["SEARCH imports USING INDEX imports_by_client (user_id=?)"];

    /// Those whose time has come by ?1, ?2 at most. One that is being undone is undone first.
    FORGET = "UPDATE imports SET state = 'discarded', expires_at = NULL
        WHERE rowid IN (SELECT rowid FROM imports WHERE expires_at <= ?1 AND state <> 'undoing' LIMIT ?2)"
        => [
            "SEARCH imports USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH imports USING INDEX imports_expiring (expires_at<?)",
            "CREATE BLOOM FILTER",
        ];
}

/// It comes to this end.
pub(super) fn end(
    connection: &Connection,
    user: UserId,
    id: ImportId,
    state: ImportState,
    failure: Option<&ImportFailure>,
    times: EndTimes,
) -> rusqlite::Result<()> {
    query::write(
        connection,
        END,
        params![
            user.as_bytes(),
            id.as_bytes(),
            state.as_str(),
            failure.map(|failure| &failure.code),
            failure.map(|failure| &failure.message),
            times.ended_at.millis(),
            times.expires_at.millis(),
        ],
    )?;
    Ok(())
}

/// It can't go on unless somebody begins it again.
pub(super) fn fail(
    connection: &Connection,
    user: UserId,
    id: ImportId,
    failure: &ImportFailure,
    times: EndTimes,
) -> rusqlite::Result<()> {
    end(connection, user, id, ImportState::Failed, Some(failure), times)
}

/// It waits for its turn, whatever it did before.
pub(super) fn wait(connection: &Connection, user: UserId, id: ImportId) -> rusqlite::Result<()> {
    of_one(connection, WAIT, user, id)
}

/// It waits for its turn to be undone.
pub(super) fn undo(connection: &Connection, user: UserId, id: ImportId) -> rusqlite::Result<()> {
    of_one(connection, UNDO, user, id)
}

/// Nobody works on it any more.
pub(super) fn release(connection: &Connection, user: UserId, id: ImportId) -> rusqlite::Result<()> {
    of_one(connection, RELEASE, user, id)
}

/// Nobody sees it any more.
pub(super) fn discard(connection: &Connection, user: UserId, id: ImportId) -> rusqlite::Result<()> {
    of_one(connection, DISCARD, user, id)
}

fn of_one(connection: &Connection, sql: &str, user: UserId, id: ImportId) -> rusqlite::Result<()> {
    query::write(connection, sql, params![user.as_bytes(), id.as_bytes()])?;
    Ok(())
}

/// The same of all of a client's.
pub(crate) fn discard_of_client(connection: &Connection, user: UserId, client: ClientId) -> rusqlite::Result<()> {
    query::write(connection, DISCARD_OF_CLIENT, params![user.as_bytes(), client.as_bytes()])?;
    Ok(())
}

/// The same of all of a user's.
pub(crate) fn discard_of_user(connection: &Connection, user: UserId) -> rusqlite::Result<()> {
    query::write(connection, DISCARD_OF_USER, params![user.as_bytes()])?;
    Ok(())
}

/// What was left behind under leases that are over comes to its end; whether there may be more.
pub(crate) fn over(connection: &Connection, times: EndTimes) -> rusqlite::Result<bool> {
    let mut ended = 0;
    for left in open::open(connection)?.into_iter().filter(|open| !open.is_held(times.ended_at)) {
        match (left.state, left.source) {
            (ImportState::Receiving, _) => discard(connection, left.user, left.id)?,
            (ImportState::Running, ImportSource::Direct) => {
                fail(connection, left.user, left.id, &ImportFailure::broke_off(), times)?;
            }
            _ => continue,
        }
        ended += 1;
        if ended >= STEP_ROWS {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Those that were to be forgotten by this time are seen by nobody any more; whether there may be more.
pub(crate) fn forget(connection: &Connection, due: Timestamp) -> rusqlite::Result<bool> {
    Ok(query::write(connection, FORGET, params![due.millis(), query::rows(STEP_ROWS)])? >= STEP_ROWS)
}
