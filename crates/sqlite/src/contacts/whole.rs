//! A whole list, oldest first and piece by piece: each contact with what its number is and what its group is called.
//! The caller puts all of it into one transaction.

use std::collections::HashMap;
use std::vec;

use roster_domain::ports::SnapshotRow;
use roster_domain::{
    Contact, ContactFilter, ContactId, ContactOrder, ContactPlace, GroupId, GroupTitle, NumberInfo, Scope, Span,
};
use rusqlite::{Connection, Error, params_from_iter};

use super::filtered::{self, Listed};
use super::home::{Home, homes};
use super::list::List;
use super::rows::{derived, find_derived};
use super::walk::Built;
use crate::{groups, query};

/// So many titles are remembered at most.
const TITLES: usize = 10_000;

/// A list, and what is still to be read of it.
pub(crate) struct Whole {
    list: List,
    homes: Vec<Home>,
    rest: Rest,
    titles: HashMap<GroupId, GroupTitle>,
}

/// What is still to be read.
enum Rest {
    /// Along an index, behind this place.
    Walk { after: Option<ContactPlace> },
    /// These: no index has all of them in the order of their ids.
    Ids(vec::IntoIter<ContactId>),
}

impl Whole {
    pub(crate) fn of(
        connection: &Connection,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
    ) -> rusqlite::Result<Self> {
        let list = List::of(scope, span, filter);
        let homes = homes(connection, scope, span, filter.group_id)?;
        let rest = match filtered::walks(connection, &list, ContactOrder::Oldest, &homes)?.len() {
            1 => Rest::Walk { after: None },
            _ => Rest::Ids(ids(connection, &list)?.into_iter()),
        };
        Ok(Self { list, homes, rest, titles: HashMap::new() })
    }

    /// The next of them, so many at most; none behind the last.
    pub(crate) fn next(&mut self, connection: &Connection, rows: usize) -> rusqlite::Result<Vec<SnapshotRow>> {
        let found = match &mut self.rest {
            Rest::Walk { after } => {
                let walks = filtered::walks(connection, &self.list, ContactOrder::Oldest, &self.homes)?;
                let [walk] = walks.as_slice() else { return Ok(Vec::new()) };
                let Built { sql, values } = walk.oldest(&self.list.filter, after.as_ref(), query::rows(rows));
                let found = query::all(connection, &sql, params_from_iter(values), derived)?;
                *after = found.last().map(|(contact, _)| ContactPlace::Id(contact.id)).or(after.take());
                found
            }
            Rest::Ids(ids) => {
                let user = self.list.scope.user();
                ids.by_ref().take(rows).map(|id| find_derived(connection, user, id)).collect::<rusqlite::Result<_>>()?
            }
        };
        found.into_iter().map(|(contact, stored)| self.row(connection, contact, stored)).collect()
    }

    fn row(&mut self, connection: &Connection, contact: Contact, stored: NumberInfo) -> rusqlite::Result<SnapshotRow> {
        let group_title = self.title(connection, contact.group_id)?;
        let number = self.homes.iter().find_map(|home| home.derived_anew(&contact)).unwrap_or(stored);
        Ok(SnapshotRow { contact, group_title, number })
    }

    fn title(&mut self, connection: &Connection, group: GroupId) -> rusqlite::Result<GroupTitle> {
        if let Some(title) = self.titles.get(&group) {
            return Ok(title.clone());
        }
        if self.titles.len() >= TITLES {
            self.titles.clear();
        }
        // A foreign key says that it is there.
        let found = groups::get(connection, &self.list.scope, group)?.ok_or(Error::QueryReturnedNoRows)?;
        self.titles.insert(group, found.title.clone());
        Ok(found.title)
    }
}

/// Oldest first.
fn ids(connection: &Connection, list: &List) -> rusqlite::Result<Vec<ContactId>> {
    let mut ids: Vec<ContactId> = filtered::ids(connection, list)?.into_iter().map(|Listed { id, .. }| id).collect();
    ids.sort_unstable();
    Ok(ids)
}
