//! Which contacts a list holds.

use roster_domain::{ClientId, ContactFilter, ContactOrder, ContactPage, ContactPlace, Keyset, Page, Scope, Span};
use rusqlite::{Connection, params};

use super::filtered::{self, Listed};
use super::rows::{
    NEWEST_OF_ALL, NEWEST_OF_CLIENT, NEWEST_OF_DEFAULT_CLIENT, NEWEST_OF_GROUP, OLDEST_OF_ALL, OLDEST_OF_CLIENT,
    OLDEST_OF_DEFAULT_CLIENT, OLDEST_OF_GROUP, contact,
};
use crate::query::{self, ABOVE_ALL, BELOW_ALL, one_more};

/// What span and filter leave of a scope.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) scope: Scope,
    pub(super) span: Span,
    pub(super) filter: ContactFilter,
}

impl List {
    pub(super) fn of(scope: &Scope, span: Span, filter: &ContactFilter) -> Self {
        Self { scope: *scope, span, filter: filter.clone() }
    }

    /// Whether one statement of those that are constants answers it, with no more rows looked at than answered.
    pub(super) fn is_plain(&self, order: ContactOrder) -> bool {
        order != ContactOrder::Name && self.filter.is_by_group_only()
    }

    pub(super) fn page(
        &self,
        connection: &Connection,
        order: ContactOrder,
        keyset: &Keyset<ContactPlace>,
    ) -> rusqlite::Result<ContactPage> {
        if self.is_plain(order) {
            self.plain_page(connection, order, keyset)
        } else {
            query::at_one_instant(connection, || filtered::page(connection, self, order, keyset))
        }
    }

    fn plain_page(
        &self,
        connection: &Connection,
        order: ContactOrder,
        keyset: &Keyset<ContactPlace>,
    ) -> rusqlite::Result<ContactPage> {
        let user = self.scope.user();
        let user = user.as_bytes();
        let after = keyset.after.as_ref().map(ContactPlace::id);
        let is_newest = order == ContactOrder::Newest;
        let beginning = if is_newest { ABOVE_ALL } else { BELOW_ALL };
        let after = after.as_ref().map_or(beginning, |id| id.as_bytes());
        let rows = one_more(keyset.limit);
        let either = |newest, oldest| if is_newest { newest } else { oldest };
        let client = self.scope.client();
        let client = client.as_ref().map(ClientId::as_bytes);
        let rows = match (self.filter.group_id, client, self.span) {
            (Some(group), client, _) => query::all_of(
                connection,
                either(NEWEST_OF_GROUP, OLDEST_OF_GROUP),
                params![user, after, rows, group.as_bytes(), client],
                keyset.limit,
                contact,
            ),
            (None, Some(client), _) => query::all_of(
                connection,
                either(NEWEST_OF_CLIENT, OLDEST_OF_CLIENT),
                params![user, after, rows, client],
                keyset.limit,
                contact,
            ),
            (None, None, Span::OneClient) => query::all_of(
                connection,
                either(NEWEST_OF_DEFAULT_CLIENT, OLDEST_OF_DEFAULT_CLIENT),
                params![user, after, rows],
                keyset.limit,
                contact,
            ),
            (None, None, Span::AllClients) => query::all_of(
                connection,
                either(NEWEST_OF_ALL, OLDEST_OF_ALL),
                params![user, after, rows],
                keyset.limit,
                contact,
            ),
        }?;
        Ok(Page::of_one_more(rows, keyset.limit).placed(|contact| ContactPlace::Id(contact.id)))
    }

    pub(super) fn count(&self, connection: &Connection) -> rusqlite::Result<u64> {
        query::at_one_instant(connection, || filtered::count(connection, self))
    }

    pub(super) fn ids(&self, connection: &Connection) -> rusqlite::Result<Vec<Listed>> {
        query::at_one_instant(connection, || filtered::ids(connection, self))
    }
}
