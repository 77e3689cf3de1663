//! Lists that are narrowed, or by name: several statements, which the caller puts into one transaction.

use roster_domain::{Contact, ContactFilter, ContactId, ContactOrder, ContactPlace, GroupId, Keyset, Page, UserId};
use rusqlite::{Connection, params, params_from_iter};

use super::home::{Home, homes};
use super::list::List;
use super::merged::Merged;
use super::rows::{HOLDS_MORE_THAN, contact};
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
) -> rusqlite::Result<Page<Contact>> {
    let homes = homes(connection, &list.scope, list.span, list.filter.group_id)?;
    let walks = walks(connection, list, order, &homes)?;
    let rows = one_more(keyset.limit);
    let after = keyset.after.as_ref();
    let rows = match walks.as_slice() {
        [walk] if walk.way.is_in(order) => {
            let Built { sql, values } = walk.page(&list.filter, order, after, rows);
            query::all(connection, &sql, params_from_iter(values), contact)?
        }
        walks => {
            let mut merged = Merged::new(order, keyset.limit.rows() + 1);
            for walk in walks {
                merge(connection, walk, walk.page(&list.filter, order, after, rows), order, &mut merged)?;
            }
            merged.into_rows()
        }
    };
    Ok(Page::of_one_more(rows, keyset.limit))
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

/// The ids of all of them: 12 bytes each, also of a million.
pub(super) fn ids(connection: &Connection, list: &List) -> rusqlite::Result<Vec<ContactId>> {
    let mut ids = Vec::new();
    for home in homes(connection, &list.scope, list.span, list.filter.group_id)? {
        let walk = Walk::shortest(list.scope.user(), &home, list.filter.group_id, &list.filter);
        let Built { sql, values } = walk.ids(&list.filter);
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            ids.push(columns::id(row, 0)?);
        }
    }
    Ok(ids)
}

/// The walks that hold the list: one, or one of each client where no index has all of them in this order.
fn walks<'a>(
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
                Way::Group => !holds_more_than(connection, &shortest, home, SMALL_GROUP)?,
                Way::User | Way::Client | Way::Name => false,
            };
            let way = if order == ContactOrder::Name && !is_short { Way::Name } else { shortest.way };
            Ok(Walk { way, ..shortest })
        })
        .collect()
}

fn holds_more_than(connection: &Connection, walk: &Walk<'_>, home: &Home, rows: usize) -> rusqlite::Result<bool> {
    let group = walk.group;
    let group = group.as_ref().map(GroupId::as_bytes);
    let params = params![walk.user.as_bytes(), home.client.as_bytes(), group, query::rows(rows)];
    Ok(query::one(connection, HOLDS_MORE_THAN, params, |_| Ok(()))?.is_some())
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
        let name = if order == ContactOrder::Name { row.get(NAME_KEY)? } else { String::new() };
        if merged.has_room_for(&name, columns::id(row, 0)?) {
            merged.put(name, contact(row)?);
        } else if walk.way.is_in(order) {
            break;
        }
    }
    Ok(())
}

/// Behind a contact's columns.
const NAME_KEY: usize = 13;
