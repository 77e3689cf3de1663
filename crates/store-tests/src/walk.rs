//! Lists, walked to their end.

use roster_domain::ports::Store;
use roster_domain::{Account, Client, Contact, ContactFilter, ContactGroup, Keyset, Limit, Scope, Span};

/// So many rows.
pub(crate) fn limit(rows: u16) -> Limit {
    Limit::parse(&rows.to_string()).unwrap()
}

/// The first page, of the most rows a page may have.
pub(crate) fn first<Id>() -> Keyset<Id> {
    Keyset { after: None, limit: limit(Limit::MAX) }
}

/// Every contact of a list, in its order.
pub(crate) async fn walk_contacts(
    store: &Store,
    scope: &Scope,
    span: Span,
    filter: &ContactFilter,
    limit: Limit,
) -> Vec<Contact> {
    let mut all: Vec<Contact> = Vec::new();
    loop {
        let keyset = Keyset { after: all.last().map(|contact| contact.id), limit };
        let page = store.contacts.page(scope, span, filter, keyset).await.unwrap();
        let next = page.items.first().map(|contact| contact.id);
        assert!(next != keyset.after || next.is_none(), "a page begins behind the one before");
        all.extend(page.items);
        if !page.has_more {
            return all;
        }
    }
}

/// Every group of a list, in its order.
pub(crate) async fn walk_groups(store: &Store, scope: &Scope, span: Span, limit: Limit) -> Vec<ContactGroup> {
    let mut all: Vec<ContactGroup> = Vec::new();
    loop {
        let keyset = Keyset { after: all.last().map(|group| group.id), limit };
        let page = store.groups.page(scope, span, keyset).await.unwrap();
        let next = page.items.first().map(|group| group.id);
        assert!(next != keyset.after || next.is_none(), "a page begins behind the one before");
        all.extend(page.items);
        if !page.has_more {
            return all;
        }
    }
}

/// Every client of an account, in the list's order.
pub(crate) async fn walk_clients(store: &Store, account: &Account, limit: Limit) -> Vec<Client> {
    let mut all: Vec<Client> = Vec::new();
    loop {
        let keyset = Keyset { after: all.last().map(|client| client.id), limit };
        let page = store.clients.page(account, keyset).await.unwrap();
        let next = page.items.first().map(|client| client.id);
        assert!(next != keyset.after || next.is_none(), "a page begins behind the one before");
        all.extend(page.items);
        if !page.has_more {
            return all;
        }
    }
}
