//! Whose turn it is.

use std::collections::HashMap;

use roster_domain::{Caller, Claim, ImportSource, ImportState, Lease, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::ends::discard;
use super::open::{Open, open};
use super::rows;
use crate::statements::statements;
use crate::{batches, query};

statements! {
    TAKE = "UPDATE imports SET
            state = CASE state WHEN 'waiting' THEN 'running' ELSE state END,
            started_at = CASE state WHEN 'undoing' THEN started_at ELSE COALESCE(started_at, ?3) END,
            lease_holder = ?4, lease_until = ?5
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];
}

/// The import whose turn it is, unless everybody who has one has so many under way.
pub(super) fn next(connection: &Connection, now: Timestamp, at_once: u32) -> rusqlite::Result<Option<Open>> {
    let open = open(connection)?;
    let mut under_way: HashMap<UserId, u32> = HashMap::new();
    for import in open.iter().filter(|import| import.is_under_way(now)) {
        *under_way.entry(import.user).or_default() += 1;
    }
    let of_its_user = |import: &Open| under_way.get(&import.user).copied().unwrap_or_default();
    let turns = open.into_iter().filter(|import| wants_a_turn(import, now) && of_its_user(import) < at_once);
    Ok(turns.min_by_key(|import| (of_its_user(import), import.created_at, import.id)))
}

fn wants_a_turn(import: &Open, now: Timestamp) -> bool {
    match (import.state, import.source) {
        (ImportState::Waiting, _) => true,
        (ImportState::Undoing, _) | (ImportState::Running, ImportSource::Staged) => !import.is_held(now),
        _ => false,
    }
}

pub(super) fn claim(
    connection: &Connection,
    now: Timestamp,
    lease: Lease,
    at_once: u32,
) -> rusqlite::Result<Option<Claim>> {
    while let Some(Open { user, id, client, .. }) = next(connection, now, at_once)? {
        let scope = Caller::Client { user, client }.scope();
        let Some((client, _)) = batches::client(connection, &scope)? else {
            discard(connection, user, id)?;
            continue;
        };
        let params = params![user.as_bytes(), id.as_bytes(), now.millis(), lease.holder, lease.until.millis()];
        query::write(connection, TAKE, params)?;
        // It is there: it was found in this transaction.
        let import = rows::get(connection, &scope, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        return Ok(Some(Claim { user, import, region: client.region, holder: lease.holder }));
    }
    Ok(None)
}
