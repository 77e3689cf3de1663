//! Where an import goes from where it is, whoever sends it there.

use roster_domain::ports::{EndTimes, STEP_ROWS};
use roster_domain::{ClientId, ImportFailure, ImportId, ImportSource, ImportState, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::open;
use crate::query;
use crate::statements::statements;

/// Nobody sees it any more, nobody works on it, and nothing comes to it: of those for which this holds.
macro_rules! discard {
    ($holds:literal) => {
        concat!(
            "UPDATE imports SET state = 'discarded', is_untidy = 1, lease_holder = NULL, lease_until = NULL,
                expires_at = NULL
            WHERE ",
            $holds
        )
    };
}

statements! {
    /// It needs its file and its drafts no more.
    END = "UPDATE imports SET state = ?3, is_untidy = staged_bytes > 0 OR is_dry_run, ended_at = ?4, expires_at = ?5,
            lease_holder = NULL, lease_until = NULL
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    /// What it would need to go on stays, unless it is for good (?5). Of a direct one it stays even then: its file is its
    /// caller's, who may yet begin it again.
    FAIL = "UPDATE imports SET state = 'failed', failure_code = ?3, failure_message = ?4,
            is_untidy = ?5 AND staged_bytes > 0, ended_at = ?6, expires_at = ?7, lease_holder = NULL, lease_until = NULL
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

    DISCARD = discard!("user_id = ?1 AND id = ?2")
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    DISCARD_OF_CLIENT = discard!("user_id = ?1 AND client_id = ?2 AND state <> 'discarded'")
        => ["SEARCH imports USING INDEX imports_by_client (user_id=? AND client_id=?)"];

    DISCARD_OF_USER = discard!("user_id = ?1 AND state <> 'discarded'")
        => ["SEARCH imports USING INDEX imports_by_client (user_id=?)"];

    /// Those whose time has come by ?1, ?2 at most. One that is being undone is undone first.
    FORGET = discard!("rowid IN
            (SELECT rowid FROM imports WHERE expires_at <= ?1 AND state <> 'undoing' LIMIT ?2)")
        => [
            "SEARCH imports USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH imports USING INDEX imports_expiring (expires_at<?)",
            "CREATE BLOOM FILTER",
        ];
}

/// It comes to this end, as it was meant to or as somebody wants it.
pub(super) fn end(
    connection: &Connection,
    user: UserId,
    id: ImportId,
    state: ImportState,
    times: EndTimes,
) -> rusqlite::Result<()> {
    let EndTimes { ended_at, expires_at } = times;
    let params = params![user.as_bytes(), id.as_bytes(), state.as_str(), ended_at.millis(), expires_at.millis()];
    query::write(connection, END, params)?;
    Ok(())
}

/// It can't go on unless somebody begins it again, or for good.
pub(super) fn fail(
    connection: &Connection,
    user: UserId,
    id: ImportId,
    failure: &ImportFailure,
    is_for_good: bool,
    times: EndTimes,
) -> rusqlite::Result<()> {
    query::write(
        connection,
        FAIL,
        params![
            user.as_bytes(),
            id.as_bytes(),
            failure.code,
            failure.message,
            is_for_good,
            times.ended_at.millis(),
            times.expires_at.millis(),
        ],
    )?;
    Ok(())
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
                fail(connection, left.user, left.id, &ImportFailure::broke_off(), false, times)?;
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
