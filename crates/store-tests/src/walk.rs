//! Lists, walked to their end.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::future::Future;

use roster_domain::ports::{Result, Store};
use roster_domain::{
    Account, AuditEntry, AuditId, Client, Contact, ContactFilter, ContactGroup, ContactOrder, Keyset, Limit,
    ListedUser, Page, Scope, Session, Span, Timestamp, UserId,
};

/// So many rows.
pub(crate) fn limit(rows: u16) -> Limit {
    Limit::parse(&rows.to_string()).unwrap()
}

/// The first page, of the most rows a page may have.
pub(crate) fn first<Id>() -> Keyset<Id> {
    Keyset { after: None, limit: limit(Limit::MAX) }
}

/// Every row of a list, in its order.
pub(crate) async fn walk<T, Id, Read>(limit: Limit, id: impl Fn(&T) -> Id, page: impl Fn(Keyset<Id>) -> Read) -> Vec<T>
where
    Id: Clone + PartialEq + Debug,
    Read: Future<Output = Result<Page<T>>>,
{
    let mut all: Vec<T> = Vec::new();
    loop {
        let after = all.last().map(&id);
        let page = page(Keyset { after: after.clone(), limit }).await.unwrap();
        assert!(page.items.len() <= limit.rows(), "a page holds no more than was asked for");
        let next = page.items.first().map(&id);
        assert!(next != after || next.is_none(), "a page begins behind the one before");
        assert!(next.is_some() || !page.has_more, "what is more is on the page");
        all.extend(page.items);
        if !page.has_more {
            return all;
        }
    }
}

/// Every contact of a list, newest first.
pub(crate) async fn walk_contacts(
    store: &Store,
    scope: &Scope,
    span: Span,
    filter: &ContactFilter,
    limit: Limit,
) -> Vec<Contact> {
    walk_in_order(store, scope, span, filter, ContactOrder::Newest, limit).await
}

/// Every contact of a list, in this order.
pub(crate) async fn walk_in_order(
    store: &Store,
    scope: &Scope,
    span: Span,
    filter: &ContactFilter,
    order: ContactOrder,
    limit: Limit,
) -> Vec<Contact> {
    let (mut all, mut met) = (Vec::new(), BTreeSet::new());
    let mut after = None;
    loop {
        let page = store.contacts.page(scope, span, filter, order, Keyset { after, limit }).await.unwrap();
        assert!(page.items.len() <= limit.rows(), "a page holds no more than was asked for");
        assert!(!page.items.is_empty() || page.next.is_none(), "what is more is on the page");
        // Else a walk that goes wrong might never end.
        assert!(page.items.iter().all(|contact| met.insert(contact.id)), "no contact comes twice");
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

/// Every group of a list, in its order.
pub(crate) async fn walk_groups(store: &Store, scope: &Scope, span: Span, limit: Limit) -> Vec<ContactGroup> {
    walk(limit, |group: &ContactGroup| group.id, |keyset| store.groups.page(scope, span, keyset)).await
}

/// Every client of an account, in the list's order.
pub(crate) async fn walk_clients(store: &Store, account: &Account, limit: Limit) -> Vec<Client> {
    walk(limit, |client: &Client| client.id, |keyset| store.clients.page(account, keyset)).await
}

/// Every session of an account that lives at that time, in the list's order.
pub(crate) async fn walk_sessions(store: &Store, account: &Account, at: Timestamp, limit: Limit) -> Vec<Session> {
    walk(limit, |session: &Session| session.id, |keyset| store.sessions.page(account, at, keyset)).await
}

/// An account's own part of the trail, in the list's order.
pub(crate) async fn walk_trail(store: &Store, account: &Account, limit: Limit) -> Vec<AuditEntry> {
    walk(limit, |entry: &AuditEntry| entry.id, |keyset| store.audit.page(account, keyset)).await
}

/// The trail as the operator sees it, in the list's order.
pub(crate) async fn walk_audit(store: &Store, user: Option<UserId>, limit: Limit) -> Vec<AuditEntry> {
    walk(limit, |entry: &AuditEntry| entry.id, |keyset: Keyset<AuditId>| store.operator.audit(user, keyset)).await
}

/// Every user, in the order of the operator's list.
pub(crate) async fn walk_users(store: &Store, limit: Limit) -> Vec<ListedUser> {
    walk(limit, |listed: &ListedUser| listed.user.id, |keyset| store.operator.users(keyset)).await
}
