//! Direct imports: begun by whoever has the rows, or gone on with.

use roster_domain::ports::{Beginning, Begun};
use roster_domain::{Claim, Import, ImportId, ImportSource, ImportState, Lease, NewImport, Scope, UserId};
use rusqlite::{Connection, params};

use super::rows;
use crate::statements::statements;
use crate::{clients, contacts, query};

statements! {
    GO_ON = "UPDATE imports SET state = 'running', failure_code = NULL, failure_message = NULL, ended_at = NULL,
            expires_at = NULL, lease_holder = ?3, lease_until = ?4
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];
}

pub(super) fn begin(
    connection: &Connection,
    scope: &Scope,
    beginning: &Beginning,
    lease: Lease,
) -> rusqlite::Result<Begun> {
    match beginning {
        Beginning::New(new) => begin_new(connection, scope, new, lease),
        Beginning::Again(id) => begin_again(connection, scope, *id, lease),
    }
}

fn begin_new(connection: &Connection, scope: &Scope, new: &NewImport, lease: Lease) -> rusqlite::Result<Begun> {
    let Some(client) = clients::of_scope(connection, scope)? else { return Ok(Begun::Absent) };
    let import = rows::insert(connection, scope.user(), client, ImportSource::Direct, new, lease)?;
    claimed(connection, scope.user(), import, lease)
}

/// Whoever worked on it is gone, or will hear that it has lost it.
fn begin_again(connection: &Connection, scope: &Scope, id: ImportId, lease: Lease) -> rusqlite::Result<Begun> {
    let Some(import) = rows::get(connection, scope, id)? else { return Ok(Begun::Absent) };
    match (import.source, import.state) {
        (ImportSource::Direct, ImportState::Running | ImportState::Failed) => {}
        (_, state) => return Ok(Begun::NotNow(state)),
    }
    let user = scope.user();
    query::write(connection, GO_ON, params![user.as_bytes(), id.as_bytes(), lease.holder, lease.until.millis()])?;
    let import = Import { state: ImportState::Running, failure: None, ended_at: None, expires_at: None, ..import };
    claimed(connection, user, import, lease)
}

fn claimed(connection: &Connection, user: UserId, import: Import, lease: Lease) -> rusqlite::Result<Begun> {
    let region = contacts::region(connection, user, import.client_id)?;
    Ok(Begun::Claimed(Box::new(Claim { user, import, region, holder: lease.holder })))
}
