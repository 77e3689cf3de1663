//! Lists that are narrowed, or by name: several statements, which the caller puts into one transaction.

use roster_domain::{
    ClientId, ContactFilter, ContactId, ContactOrder, ContactPage, ContactPlace, GroupId, Keyset, Page, UserId,
};
use rusqlite::{Connection, Row, params_from_iter};

use super::home::{Home, homes};
use super::list::List;
use super::merged::Merged;
use super::rows::{contact, holds_more_than};
use super::walk::{Built, Walk, Way};
use crate::columns;
use crate::query::{self, one_more};

/// Of a group with no more contacts than this, all are looked at and put in order by name; of a larger one its client's
/// are walked by name.
const SMALL_GROUP: usize = 2_000;

pub(super) fn page(
    connection: &Connection,
    list: &List,
    order: ContactOrder,
    keyset: &Keyset<ContactPlace>,
) -> rusqlite::Result<ContactPage> {
    let homes = homes(connection, &list.scope, list.span, list.filter.group_id)?;
    let walks = walks(connection, list, order, &homes)?;
    let rows = one_more(keyset.limit);
    let after = keyset.after.as_ref();
    let rows = match walks.as_slice() {
        [walk] if walk.way.is_in(order) => {
            let Built { sql, values } = walk.page(&list.filter, order, after, rows);
            query::all(connection, &sql, params_from_iter(values), |row| Ok((name_key(row, order)?, contact(row)?)))?
        }
        walks => {
            let mut merged = Merged::new(order, keyset.limit.rows() + 1);
            for walk in walks {
                merge(connection, walk, walk.page(&list.filter, order, after, rows), order, &mut merged)?;
            }
            merged.into_rows()
        }
    };
    let page = Page::of_one_more(rows, keyset.limit);
    Ok(page.placed(|(name, contact)| ContactPlace::in_order(order, contact.id, name)).map(|(_, contact)| contact))
}

pub(super) fn count(connection: &Connection, list: &List) -> rusqlite::Result<u64> {
    let mut count = 0;
    for home in homes(connection, &list.scope, list.span, list.filter.group_id)? {
        count += count_in(connection, list.scope.user(), &home, list.filter.group_id, &list.filter)?;
    }
    Ok(count)
}

/// How many of a client, or of a group of it.
pub(crate) fn count_in(
    connection: &Connection,
    user: UserId,
    home: &Home,
    group: Option<GroupId>,
    filter: &ContactFilter,
) -> rusqlite::Result<u64> {
    let Built { sql, values } = Walk::shortest(user, home, group, filter).count(filter);
    let count: i64 = connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// A contact of a list, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    pub(super) client: ClientId,
    pub(super) id: ContactId,
}

/// Which they are, those of one client together: 24 bytes each, also of a million.
pub(super) fn ids(connection: &Connection, list: &List) -> rusqlite::Result<Vec<Listed>> {
    let mut ids = Vec::new();
    for home in homes(connection, &list.scope, list.span, list.filter.group_id)? {
        let walk = Walk::shortest(list.scope.user(), &home, list.filter.group_id, &list.filter);
        let Built { sql, values } = walk.ids(&list.filter);
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            ids.push(Listed { client: home.client, id: columns::id(row, 0)? });
        }
    }
    Ok(ids)
}

/// The walks that hold the list: one, or one of each client where no index has all of them in this order.
pub(super) fn walks<'a>(
    connection: &Connection,
    list: &List,
    order: ContactOrder,
    homes: &'a [Home],
) -> rusqlite::Result<Vec<Walk<'a>>> {
    let (user, group) = (list.scope.user(), list.filter.group_id);
    if homes.len() > 1 && order != ContactOrder::Name && list.filter.number.is_none() {
        return Ok(vec![Walk { user, home: None, group, way: Way::User }]);
    }
    homes
        .iter()
        .map(|home| {
            let shortest = Walk::shortest(user, home, group, &list.filter);
            let is_short = match shortest.way {
                Way::Number => true,
                Way::Group => is_small(connection, user, home, group)?,
                Way::User | Way::Client | Way::Name => false,
            };
            let way = if order == ContactOrder::Name && !is_short { Way::Name } else { shortest.way };
            Ok(Walk { way, ..shortest })
        })
        .collect()
}

fn is_small(connection: &Connection, user: UserId, home: &Home, group: Option<GroupId>) -> rusqlite::Result<bool> {
    let Some(group) = group else { return Ok(false) };
    Ok(!holds_more_than(connection, user, home.client, group, SMALL_GROUP)?)
}

/// Reads a walk as far as it may still hold one of the first.
fn merge(
    connection: &Connection,
    walk: &Walk<'_>,
    Built { sql, values }: Built,
    order: ContactOrder,
    merged: &mut Merged,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let name = name_key(row, order)?;
        if merged.has_room_for(&name, columns::id(row, 0)?) {
            merged.put(name, contact(row)?);
        } else if walk.way.is_in(order) {
            break;
        }
    }
    Ok(())
}

/// What the row stands under by name, where that is asked for.
fn name_key(row: &Row<'_>, order: ContactOrder) -> rusqlite::Result<String> {
    if order == ContactOrder::Name { row.get(NAME_KEY) } else { Ok(String::new()) }
}

/// Behind a contact's columns.
const NAME_KEY: usize = 13;
