//! What the system tells of, as the store is to take it over. What has no time there was made when it moved in.

use roster_domain::{NewClient, NewGroup, NewUser, Timestamp, User};
use secrecy::ExposeSecret as _;

use super::Credentials;
use crate::{SystemClient, SystemGroup, SystemUser};

pub fn user(user: SystemUser, now: Timestamp) -> NewUser {
    let SystemUser { id, email, firstname, lastname, password_hash, created_at, updated_at } = user;
    let created_at = created_at.unwrap_or(now);
    let updated_at = updated_at.unwrap_or(created_at);
    let user = User { id, email, firstname, lastname, created_at, updated_at, revision: 0 };
    NewUser { user, password_hash: password_hash.expose_secret().to_owned() }
}

/// With this default group; without one it is given one as new clients are.
pub fn client(
    client: SystemClient,
    group: Option<SystemGroup>,
    credentials: &dyn Credentials,
    now: Timestamp,
) -> NewClient {
    // Whatever it lacks.
    let new = credentials.new_client(now);
    let created_at = client.created_at.unwrap_or(now);
    NewClient {
        id: client.id,
        name: client.name.unwrap_or(new.name),
        session_id: client.session_id,
        token_hash: credentials.token_hash(&client.access_token),
        region: new.region,
        created_at,
        updated_at: client.updated_at.unwrap_or(created_at),
        group: group.map_or(new.group, |group| self::group(group, now)),
    }
}

pub fn group(group: SystemGroup, now: Timestamp) -> NewGroup {
    let created_at = group.created_at.unwrap_or(now);
    NewGroup {
        id: group.id,
        title: group.title,
        is_default: group.is_default,
        created_at,
        updated_at: group.updated_at.unwrap_or(created_at),
        legacy_version: group.legacy_version.unwrap_or(0),
    }
}
