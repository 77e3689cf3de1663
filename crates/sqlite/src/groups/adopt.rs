//! Taking a group over from another system.

use roster_domain::ports::GroupAdoption;
use roster_domain::{Caller, ClientId, NewGroup, UserId};
use rusqlite::Connection;

use super::{rows, write};
use crate::clients;

pub(crate) fn adopt(
    connection: &Connection,
    user: UserId,
    client: ClientId,
    group: &NewGroup,
) -> rusqlite::Result<GroupAdoption> {
    match rows::owner(connection, user, group.id)? {
        Some(owner) if owner == client => return Ok(GroupAdoption::Present),
        Some(_) => return Ok(GroupAdoption::IdTaken),
        None => {}
    }
    if clients::of_scope(connection, &Caller::Client { user, client }.scope())?.is_none() {
        return Ok(GroupAdoption::ClientGone);
    }
    write::insert(connection, user, client, group, false)?;
    Ok(GroupAdoption::Done)
}
