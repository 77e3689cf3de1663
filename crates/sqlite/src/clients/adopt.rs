//! Taking a client over from another system.

use roster_domain::ports::ClientAdoption;
use roster_domain::{ClientId, ClientSessionId, NewClient, UserId};
use rusqlite::{Connection, params};

use super::rows::{self, OF_OTHERS, SESSION_ID};
use super::write;
use crate::{groups, query, users};

pub(crate) fn adopt(connection: &Connection, user: UserId, client: &NewClient) -> rusqlite::Result<ClientAdoption> {
    if !users::is_kept(connection, user)? {
        return Ok(ClientAdoption::UserGone);
    }
    if rows::get(connection, user, client.id)?.is_some() {
        return Ok(ClientAdoption::Present);
    }
    if is_anothers(connection, user, client.id)? {
        return Ok(ClientAdoption::IdTaken);
    }
    if has_session_id(connection, &client.session_id)? {
        return Ok(ClientAdoption::SessionIdTaken);
    }
    if groups::owner(connection, user, client.group.id)?.is_some() {
        return Ok(ClientAdoption::GroupIdTaken);
    }
    let made = write::create(connection, user, client)?;
    Ok(if made.is_some() { ClientAdoption::Done } else { ClientAdoption::UserGone })
}

/// Whether another account has a client with this id. The tables would hold both: it is the command line that names a
/// client by its id alone.
pub(crate) fn is_anothers(connection: &Connection, user: UserId, id: ClientId) -> rusqlite::Result<bool> {
    Ok(query::one(connection, OF_OTHERS, params![id.as_bytes(), user.as_bytes()], |_| Ok(()))?.is_some())
}

/// Whether a client has it.
pub(crate) fn has_session_id(connection: &Connection, session_id: &ClientSessionId) -> rusqlite::Result<bool> {
    Ok(query::one(connection, SESSION_ID, params![session_id.as_str()], |_| Ok(()))?.is_some())
}
