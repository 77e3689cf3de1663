//! Which contacts a list holds.

use roster_domain::{ClientId, Contact, ContactFilter, ContactId, GroupId, Keyset, Page, Scope, Span, UserId};
use rusqlite::{Connection, params};

use super::rows::{
    IDS_OF_ALL, IDS_OF_CLIENT, IDS_OF_DEFAULT_CLIENT, IDS_OF_GROUP, PAGE_OF_ALL, PAGE_OF_CLIENT,
    PAGE_OF_DEFAULT_CLIENT, PAGE_OF_GROUP, contact,
};
use crate::columns;
use crate::query::{self, ABOVE_ALL, one_more};

/// What span and filter leave of a scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selection {
    pub(super) user: UserId,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    All,
    Client(ClientId),
    DefaultClient,
    /// Of this client, or of whichever client it belongs to.
    Group(GroupId, Option<ClientId>),
}

impl Selection {
    pub(super) fn of(scope: &Scope, span: Span, filter: &ContactFilter) -> Self {
        let what = match (filter.group_id, scope.client(), span) {
            (Some(group), client, _) => What::Group(group, client),
            (None, Some(client), _) => What::Client(client),
            (None, None, Span::OneClient) => What::DefaultClient,
            (None, None, Span::AllClients) => What::All,
        };
        Self { user: scope.user(), what }
    }

    /// The group its contacts must be in, where that was asked for.
    pub(super) fn group(&self) -> Option<GroupId> {
        match self.what {
            What::Group(group, _) => Some(group),
            What::All | What::Client(_) | What::DefaultClient => None,
        }
    }

    /// Newest first.
    pub(super) fn page(&self, connection: &Connection, keyset: Keyset<ContactId>) -> rusqlite::Result<Page<Contact>> {
        let user = self.user.as_bytes();
        let below = keyset.after.as_ref().map_or(ABOVE_ALL, |id| id.as_bytes());
        let rows = one_more(keyset.limit);
        let rows = match &self.what {
            What::All => query::all(connection, PAGE_OF_ALL, params![user, below, rows], contact),
            What::Client(client) => {
                query::all(connection, PAGE_OF_CLIENT, params![user, below, rows, client.as_bytes()], contact)
            }
            What::DefaultClient => query::all(connection, PAGE_OF_DEFAULT_CLIENT, params![user, below, rows], contact),
            What::Group(group, client) => {
                let client = client.as_ref().map(ClientId::as_bytes);
                query::all(connection, PAGE_OF_GROUP, params![user, below, rows, group.as_bytes(), client], contact)
            }
        }?;
        Ok(Page::of_one_more(rows, keyset.limit))
    }

    /// The ids of all of them: 12 bytes each, also of a million.
    pub(super) fn ids(&self, connection: &Connection) -> rusqlite::Result<Vec<ContactId>> {
        let user = self.user.as_bytes();
        let id = |row: &rusqlite::Row<'_>| columns::id(row, 0);
        match &self.what {
            What::All => query::all(connection, IDS_OF_ALL, params![user], id),
            What::Client(client) => query::all(connection, IDS_OF_CLIENT, params![user, client.as_bytes()], id),
            What::DefaultClient => query::all(connection, IDS_OF_DEFAULT_CLIENT, params![user], id),
            What::Group(group, client) => {
                let client = client.as_ref().map(ClientId::as_bytes);
                query::all(connection, IDS_OF_GROUP, params![user, group.as_bytes(), client], id)
            }
        }
    }
}
