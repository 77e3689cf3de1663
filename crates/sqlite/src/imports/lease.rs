//! What is done under a lease.

use roster_domain::ports::Worked;
use roster_domain::{Claim, ImportState, Timestamp};
use rusqlite::{Connection, params};

use crate::query;
use crate::statements::statements;

statements! {
    /// So many rows are in, while the lease is the newest and the import is in this state.
    HOLDS = "SELECT rows_read FROM imports WHERE user_id = ?1 AND id = ?2 AND lease_holder = ?3 AND state = ?4"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    RENEW = "UPDATE imports SET lease_until = ?3 WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];
}

/// Does this with the import's client and the number of its rows that are in, while the claim holds and the import is in
/// this state. `None`: the client is gone.
pub(super) fn under<C, T>(
    connection: &Connection,
    claim: &Claim,
    state: ImportState,
    client: Option<C>,
    act: impl FnOnce(C, u64) -> rusqlite::Result<Worked<T>>,
) -> rusqlite::Result<Worked<T>> {
    let Some(client) = client else { return Ok(Worked::ClientGone) };
    let params = params![claim.user.as_bytes(), claim.import.id.as_bytes(), claim.holder, state.as_str()];
    match query::one(connection, HOLDS, params, |row| row.get(0))? {
        Some(rows) => act(client, rows),
        None => Ok(Worked::Lost),
    }
}

/// A lease that holds does so until then.
pub(super) fn renew(connection: &Connection, claim: &Claim, until: Timestamp) -> rusqlite::Result<()> {
    query::write(connection, RENEW, params![claim.user.as_bytes(), claim.import.id.as_bytes(), until.millis()])?;
    Ok(())
}
