//! Making and changing clients.

use roster_domain::ports::ClientUpdate;
use roster_domain::{
    AuditEntry, Client, ClientChanges, ClientId, NewClient, NewCredentials, Precondition, Region, Timestamp, TokenHash,
    UserId,
};
use rusqlite::{Connection, params};

use super::rows::{self, DELETE_CREDENTIAL, DELETE_CREDENTIALS, DERIVE_ANEW, INSERT, INSERT_CREDENTIAL, UNSET_DEFAULT};
use crate::{audit, groups, query, users};

pub(super) fn create(connection: &Connection, user: UserId, client: &NewClient) -> rusqlite::Result<Option<Client>> {
    if !users::is_live(connection, user)? {
        return Ok(None);
    }
    insert(connection, user, client, false).map(Some)
}

/// The client, its credentials and its default group.
pub(crate) fn insert(
    connection: &Connection,
    user: UserId,
    new: &NewClient,
    is_default: bool,
) -> rusqlite::Result<Client> {
    let client = Client {
        id: new.id,
        name: new.name.clone(),
        is_default,
        session_id: new.session_id.clone(),
        region: new.region.clone(),
        created_at: new.created_at,
        updated_at: new.updated_at,
        revision: 0,
    };
    query::write(
        connection,
        INSERT,
        params![
            user.as_bytes(),
            client.id.as_bytes(),
            client.name.as_str(),
            client.is_default,
            client.session_id.as_str(),
            client.region.as_ref().map(Region::as_str),
            client.created_at.millis(),
            client.updated_at.millis(),
            client.revision,
        ],
    )?;
    insert_credential(connection, user, &client, new.token_hash)?;
    groups::insert(connection, user, new.id, &new.group, true)?;
    Ok(client)
}

fn insert_credential(
    connection: &Connection,
    user: UserId,
    client: &Client,
    token_hash: TokenHash,
) -> rusqlite::Result<()> {
    query::write(
        connection,
        INSERT_CREDENTIAL,
        params![client.session_id.as_str(), user.as_bytes(), client.id.as_bytes(), token_hash.0],
    )?;
    Ok(())
}

pub(super) fn update(
    connection: &Connection,
    user: UserId,
    id: ClientId,
    changes: &ClientChanges,
    precondition: &Precondition,
    at: Timestamp,
) -> rusqlite::Result<ClientUpdate> {
    let Some(client) = rows::get(connection, user, id)? else { return Ok(ClientUpdate::Absent) };
    if !precondition.admits(client.version()) {
        return Ok(ClientUpdate::Stale);
    }
    if client.is_default && changes.is_default == Some(false) {
        return Ok(ClientUpdate::DefaultClient);
    }
    let mut changed = client.clone();
    if let Some(name) = &changes.name {
        changed.name = name.clone();
    }
    if let Some(region) = &changes.region {
        changed.region = region.clone();
    }
    changed.is_default |= changes.is_default == Some(true);
    if changed == client {
        return Ok(ClientUpdate::Done(client));
    }
    changed.updated_at = at;
    changed.revision += 1;
    if changed.is_default && !client.is_default {
        query::write(connection, UNSET_DEFAULT, params![user.as_bytes(), at.millis()])?;
    }
    rows::update(connection, user, &changed)?;
    if changed.region != client.region {
        query::write(connection, DERIVE_ANEW, params![user.as_bytes(), id.as_bytes()])?;
    }
    Ok(ClientUpdate::Done(changed))
}

/// Not of a user who is gone: their credentials are gone too, and stay so.
pub(super) fn replace_credentials(
    connection: &Connection,
    user: UserId,
    id: ClientId,
    credentials: &NewCredentials,
    at: Timestamp,
    entry: &AuditEntry,
) -> rusqlite::Result<Option<Client>> {
    if !users::is_live(connection, user)? {
        return Ok(None);
    }
    let Some(mut client) = rows::get(connection, user, id)? else { return Ok(None) };
    free_credential(connection, user, &client)?;
    client.session_id = credentials.session_id.clone();
    client.updated_at = at;
    client.revision += 1;
    insert_credential(connection, user, &client, credentials.token_hash)?;
    rows::update(connection, user, &client)?;
    audit::append(connection, entry)?;
    Ok(Some(client))
}

pub(super) fn free_credential(connection: &Connection, user: UserId, client: &Client) -> rusqlite::Result<()> {
    query::write(
        connection,
        DELETE_CREDENTIAL,
        params![client.session_id.as_str(), user.as_bytes(), client.id.as_bytes()],
    )?;
    Ok(())
}

/// Those of all of a user's clients.
pub(crate) fn free_credentials(connection: &Connection, user: UserId) -> rusqlite::Result<()> {
    query::write(connection, DELETE_CREDENTIALS, params![user.as_bytes()])?;
    Ok(())
}
