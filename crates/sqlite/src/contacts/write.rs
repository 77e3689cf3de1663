//! Making and changing contacts.

use roster_domain::ports::{ContactCreation, ContactUpdate};
use roster_domain::{
    ClientId, ContactChanges, ContactId, Derived, GroupId, NewContact, Precondition, Region, Scope, Timestamp,
};
use rusqlite::{Connection, Row, params};

use super::rows::{self, MOVE, PLACE_OF_CLIENT, PLACE_OF_DEFAULT_CLIENT, PLACE_OF_GROUP};
use crate::columns::id;
use crate::{groups, query};

pub(super) fn create(connection: &Connection, scope: &Scope, new: &NewContact) -> rusqlite::Result<ContactCreation> {
    let Some(place) = place(connection, scope, new.group_id)? else {
        let gone = if new.group_id.is_some() { ContactCreation::UnknownGroup } else { ContactCreation::ClientGone };
        return Ok(gone);
    };
    let contact = new.made_in(place.client, place.group);
    let derived = Derived::of(&contact.name, &contact.number, place.region.as_ref());
    rows::insert(connection, scope.user(), &contact, &derived)?;
    Ok(ContactCreation::Done(contact))
}

/// Where a contact comes.
struct Place {
    client: ClientId,
    group: GroupId,
    region: Option<Region>,
}

/// The group given, or where contacts without a group of their own come.
fn place(connection: &Connection, scope: &Scope, group: Option<GroupId>) -> rusqlite::Result<Option<Place>> {
    let (user, client) = (scope.user(), scope.client());
    let user = user.as_bytes();
    let client = client.as_ref().map(ClientId::as_bytes);
    match (group, client) {
        (Some(group), client) => {
            query::one(connection, PLACE_OF_GROUP, params![user, group.as_bytes(), client], read_place)
        }
        (None, Some(client)) => query::one(connection, PLACE_OF_CLIENT, params![user, client], read_place),
        (None, None) => query::one(connection, PLACE_OF_DEFAULT_CLIENT, params![user], read_place),
    }
}

fn read_place(row: &Row<'_>) -> rusqlite::Result<Place> {
    let region = row.get::<_, Option<String>>(2)?.map(Region::from_stored);
    Ok(Place { client: id(row, 0)?, group: id(row, 1)?, region })
}

pub(super) fn update(
    connection: &Connection,
    scope: &Scope,
    id: ContactId,
    changes: &ContactChanges,
    precondition: &Precondition,
    at: Timestamp,
) -> rusqlite::Result<ContactUpdate> {
    let Some(contact) = rows::get(connection, scope, id)? else { return Ok(ContactUpdate::Absent) };
    if !precondition.admits(contact.version()) {
        return Ok(ContactUpdate::Stale);
    }
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
    let derived = if changed.name != contact.name || changed.number != contact.number {
        let region = rows::region(connection, user, contact.client_id)?;
        Some(Derived::of(&changed.name, &changed.number, region.as_ref()))
    } else {
        None
    };
    rows::update(connection, user, &changed, derived.as_ref())?;
    Ok(ContactUpdate::Done(changed))
}
