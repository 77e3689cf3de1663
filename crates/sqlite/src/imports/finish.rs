//! The end of somebody's work on an import.

use roster_domain::ports::{EndTimes, Worked};
use roster_domain::{Claim, ImportEnd, ImportFailure, ImportSource, ImportState};
use rusqlite::Connection;

use super::ends::{end, fail, release, wait};
use super::lease::under;
use crate::clients;

pub(super) fn finish(
    connection: &Connection,
    claim: &Claim,
    how: &ImportEnd,
    times: EndTimes,
) -> rusqlite::Result<Worked<()>> {
    // What is being undone has one end only, and `undo_step` brings it there; but it can be left for another.
    let state = match how {
        ImportEnd::Stopped => claim.import.state,
        ImportEnd::Completed | ImportEnd::Failed(_) | ImportEnd::FailedForGood(_) => ImportState::Running,
    };
    let (user, id) = (claim.user, claim.import.id);
    let client = clients::of_scope(connection, &claim.scope())?;
    under(connection, claim, state, client, |_, _| {
        match (how, state, claim.import.source) {
            (ImportEnd::Completed, ..) => end(connection, user, id, ImportState::Completed, times),
            (ImportEnd::Failed(failure), ..) => fail(connection, user, id, failure, false, times),
            (ImportEnd::FailedForGood(failure), ..) => fail(connection, user, id, failure, true, times),
            (ImportEnd::Stopped, ImportState::Undoing, _) => release(connection, user, id),
            (ImportEnd::Stopped, _, ImportSource::Staged) => wait(connection, user, id),
            (ImportEnd::Stopped, _, ImportSource::Direct) => {
                fail(connection, user, id, &ImportFailure::stopped(), false, times)
            }
        }
        .map(Worked::Done)
    })
}
