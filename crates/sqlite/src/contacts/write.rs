//! Making and changing contacts.

use roster_domain::ports::{ContactCreation, ContactUpdate};
use roster_domain::{ClientId, Contact, ContactChanges, ContactId, GroupId, NewContact, Scope, Timestamp};
use rusqlite::{Connection, params};

use super::rows::{self, MOVE};
use crate::{clients, groups, query};

pub(super) fn create(connection: &Connection, scope: &Scope, new: &NewContact) -> rusqlite::Result<ContactCreation> {
    let (client_id, group_id) = match new.group_id {
        Some(group) => match groups::client_of(connection, scope, group)? {
            Some(client) => (client, group),
            None => return Ok(ContactCreation::UnknownGroup),
        },
        None => match default_place(connection, scope)? {
            Some(place) => place,
            None => return Ok(ContactCreation::ClientGone),
        },
    };
    let contact = Contact {
        id: new.id,
        client_id,
        group_id,
        name: new.name.clone(),
        number: new.number.clone(),
        channel: new.channel.clone(),
        transaction: new.transaction.clone(),
        created_at: new.created_at,
        updated_at: new.updated_at,
        legacy_version: new.legacy_version,
        revision: 0,
    };
    rows::insert(connection, scope.user(), &contact)?;
    Ok(ContactCreation::Done(contact))
}

/// Where contacts without a group of their own come.
fn default_place(connection: &Connection, scope: &Scope) -> rusqlite::Result<Option<(ClientId, GroupId)>> {
    let Some(client) = clients::of_scope(connection, scope)? else { return Ok(None) };
    let group = groups::default_of(connection, scope.user(), client)?;
    Ok(group.map(|group| (client, group)))
}

pub(super) fn update(
    connection: &Connection,
    scope: &Scope,
    id: ContactId,
    changes: &ContactChanges,
    at: Timestamp,
) -> rusqlite::Result<ContactUpdate> {
    let Some(contact) = rows::get(connection, scope, id)? else { return Ok(ContactUpdate::Absent) };
    let mut changed = changes.applied_to(&contact);
    if changed == contact {
        return Ok(ContactUpdate::Done(contact));
    }
    changed.updated_at = at;
    changed.revision += 1;
    let user = scope.user();
    if changed.group_id != contact.group_id {
        if groups::client_of(connection, scope, changed.group_id)? != Some(contact.client_id) {
            return Ok(ContactUpdate::UnknownGroup);
        }
        query::write(connection, MOVE, params![user.as_bytes(), id.as_bytes(), changed.group_id.as_bytes()])?;
    }
    rows::update(connection, user, &changed)?;
    Ok(ContactUpdate::Done(changed))
}
