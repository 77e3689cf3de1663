//! Making and changing groups.

use roster_domain::ports::GroupUpdate;
use roster_domain::{ClientId, ContactGroup, GroupChanges, GroupId, NewGroup, Precondition, Scope, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::rows::{self, INSERT, UNSET_DEFAULT, UPDATE};
use crate::{clients, query};

pub(super) fn create(connection: &Connection, scope: &Scope, new: &NewGroup) -> rusqlite::Result<Option<ContactGroup>> {
    let Some(client) = clients::of_scope(connection, scope)? else { return Ok(None) };
    if new.is_default {
        unset_default(connection, scope.user(), client, new.created_at)?;
    }
    insert(connection, scope.user(), client, new, new.is_default).map(Some)
}

/// The group as it is then.
pub(crate) fn insert(
    connection: &Connection,
    user: UserId,
    client: ClientId,
    new: &NewGroup,
    is_default: bool,
) -> rusqlite::Result<ContactGroup> {
    let group = ContactGroup { is_default, ..new.made_in(client) };
    query::write(
        connection,
        INSERT,
        params![
            user.as_bytes(),
            group.id.as_bytes(),
            group.client_id.as_bytes(),
            group.title.as_str(),
            group.is_default,
            group.created_at.millis(),
            group.updated_at.millis(),
            group.legacy_version,
            group.revision,
        ],
    )?;
    Ok(group)
}

pub(super) fn update(
    connection: &Connection,
    scope: &Scope,
    id: GroupId,
    changes: &GroupChanges,
    precondition: &Precondition,
    at: Timestamp,
) -> rusqlite::Result<GroupUpdate> {
    let Some(group) = rows::get(connection, scope, id)? else { return Ok(GroupUpdate::Absent) };
    if !precondition.admits(group.version()) {
        return Ok(GroupUpdate::Stale);
    }
    if group.is_default && changes.is_default == Some(false) {
        return Ok(GroupUpdate::DefaultGroup);
    }
    let mut changed = group.clone();
    if let Some(title) = &changes.title {
        changed.title = title.clone();
    }
    changed.is_default |= changes.is_default == Some(true);
    if changed == group {
        return Ok(GroupUpdate::Done(group));
    }
    changed.updated_at = at;
    changed.revision += 1;
    if changed.is_default && !group.is_default {
        unset_default(connection, scope.user(), group.client_id, at)?;
    }
    query::write(
        connection,
        UPDATE,
        params![
            scope.user().as_bytes(),
            changed.id.as_bytes(),
            changed.title.as_str(),
            changed.is_default,
            changed.updated_at.millis(),
            changed.revision,
        ],
    )?;
    Ok(GroupUpdate::Done(changed))
}

/// The default group stops being that; in the same transaction another must begin to be.
fn unset_default(connection: &Connection, user: UserId, client: ClientId, at: Timestamp) -> rusqlite::Result<()> {
    query::write(connection, UNSET_DEFAULT, params![user.as_bytes(), client.as_bytes(), at.millis()])?;
    Ok(())
}
