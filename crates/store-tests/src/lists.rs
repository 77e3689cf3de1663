//! What lists hold, and in which order.

use std::slice;

use roster_domain::{
    ClientId, Contact, ContactFilter, ContactGroup, ContactOrder, ContactPlace, GroupId, Keyset, Page, PlacedPage,
    Scope, Span,
};

use crate::Bench;
use crate::owner::caller;
use crate::walk::{first, limit, walk_clients, walk_contacts, walk_groups};

const SPANS: [Span; 2] = [Span::OneClient, Span::AllClients];

async fn contacts(bench: &Bench, scope: &Scope, span: Span, group_id: Option<GroupId>) -> Vec<Contact> {
    walk_contacts(&bench.store, scope, span, &ContactFilter::of_group(group_id), limit(3)).await
}

fn ids(contacts: &[&Contact]) -> Vec<Contact> {
    contacts.iter().map(|contact| (*contact).clone()).collect()
}

pub async fn contacts_newest_first_by_span_and_group(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let friends = ada.group("Friends").await;
    // Interleaved, so that no order but that of ids comes out right.
    let a = ada.contact("A", "1").await;
    let b = ada.contact_in(&shop_group, "2").await;
    let c = ada.contact_in(&friends, "3").await;
    let d = ada.contact("D", "4").await;
    let e = ada.contact_in(&shop_group, "5").await;
    let f = ada.contact_in(&friends, "6").await;
    let theirs = eve.contact("G", "7").await;
    let (wide, main, only_shop) = (ada.scope, ada.only(ada.client.id), ada.only(shop.id));

    let list = async |scope: &Scope, span, group| contacts(&bench, scope, span, group).await;
    assert_eq!(list(&wide, Span::OneClient, None).await, ids(&[&f, &d, &c, &a]));
    assert_eq!(list(&wide, Span::AllClients, None).await, ids(&[&f, &e, &d, &c, &b, &a]));
    for span in SPANS {
        assert_eq!(list(&main, span, None).await, ids(&[&f, &d, &c, &a]), "{span:?}");
        assert_eq!(list(&only_shop, span, None).await, ids(&[&e, &b]), "{span:?}");

        assert_eq!(list(&wide, span, Some(friends.id)).await, ids(&[&f, &c]), "{span:?}");
        assert_eq!(list(&wide, span, Some(shop_group.id)).await, ids(&[&e, &b]), "{span:?}");
        assert_eq!(list(&main, span, Some(friends.id)).await, ids(&[&f, &c]), "{span:?}");
        assert_eq!(list(&main, span, Some(shop_group.id)).await, [], "{span:?}");
        assert_eq!(list(&only_shop, span, Some(shop_group.id)).await, ids(&[&e, &b]), "{span:?}");
        assert_eq!(list(&only_shop, span, Some(ada.group.id)).await, [], "{span:?}");
        assert_eq!(list(&wide, span, Some(eve.group.id)).await, [], "{span:?}");
        assert_eq!(list(&wide, span, Some(bench.id())).await, [], "{span:?}");
        assert_eq!(list(&ada.only(eve.client.id), span, None).await, [], "{span:?}");
        assert_eq!(list(&ada.only(eve.client.id), span, Some(eve.group.id)).await, [], "{span:?}");
        assert_eq!(list(&ada.only(bench.id()), span, None).await, [], "{span:?}");
        assert_eq!(list(&eve.scope, span, None).await, ids(&[&theirs]), "{span:?}");
    }
}

pub async fn groups_oldest_first_by_span(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let zebras = ada.group("Zebras").await;
    let buyers = ada.make_group(&ada.only(shop.id), bench.new_group("Buyers")).await;
    let ants = ada.group("Ants").await;

    let list = async |scope: Scope, span| walk_groups(&bench.store, &scope, span, limit(2)).await;
    let main = [ada.group.clone(), zebras.clone(), ants.clone()];
    assert_eq!(list(ada.scope, Span::OneClient).await, main);
    let all = [ada.group.clone(), shop_group.clone(), zebras, buyers.clone(), ants];
    assert_eq!(list(ada.scope, Span::AllClients).await, all);
    for span in SPANS {
        assert_eq!(list(ada.only(ada.client.id), span).await, main, "{span:?}");
        assert_eq!(list(ada.only(shop.id), span).await, [shop_group.clone(), buyers.clone()], "{span:?}");
        assert_eq!(list(ada.only(eve.client.id), span).await, [], "{span:?}");
        assert_eq!(list(ada.only(bench.id()), span).await, [], "{span:?}");
        assert_eq!(list(eve.scope, span).await, slice::from_ref(&eve.group), "{span:?}");
    }
}

pub async fn clients_oldest_first(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (zoo, _) = ada.client("Zoo").await;
    let (attic, _) = ada.client("Attic").await;
    // Older or newer than everything else by their ids, and made last.
    let import = async |id| {
        let mut new = bench.new_client("Imported");
        new.id = ClientId::parse(id).unwrap();
        bench.store.clients.create(&ada.account(), new).await.unwrap().unwrap()
    };
    let last = import("ffffffffffffffffffffffff").await;
    let old = import("642cb299b6f8a5a12f2c59fe").await;
    let first = import("000000000000000000000000").await;

    let all = [first, old, ada.client.clone(), zoo, attic, last];
    for rows in 1..=7 {
        assert_eq!(walk_clients(&bench.store, &ada.account(), limit(rows)).await, all, "{rows} a page");
    }
    assert_eq!(walk_clients(&bench.store, &eve.account(), limit(2)).await, slice::from_ref(&eve.client));
}

/// There is more exactly when there is: the last page isn't followed by an empty one.
pub async fn has_more_at_the_edge(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut contacts: Vec<Contact> = Vec::new();
    let mut groups: Vec<ContactGroup> = vec![ada.group.clone()];
    let mut clients = vec![ada.client.clone()];
    for number in ["1", "2", "3", "4"] {
        contacts.insert(0, ada.contact("", number).await);
    }
    for title in ["B", "C", "D"] {
        groups.push(ada.group(title).await);
    }
    let (scope, main) = (ada.scope, ada.only(ada.client.id));
    for (rows, expected) in [(1, true), (3, true), (4, false), (5, false), (5_000, false)] {
        let shown = usize::from(rows).min(4);
        for (scope, span) in [(&scope, Span::OneClient), (&scope, Span::AllClients), (&main, Span::OneClient)] {
            for group_id in [None, Some(ada.group.id)] {
                let keyset = Keyset { after: None, limit: limit(rows) };
                let page = bench
                    .store
                    .contacts
                    .page(scope, span, &ContactFilter::of_group(group_id), ContactOrder::Newest, keyset)
                    .await
                    .unwrap();
                let next = expected.then(|| ContactPlace::Id(contacts[shown - 1].id));
                assert_eq!((&page.items[..], page.next), (&contacts[..shown], next), "{rows} contacts");
            }
            let keyset = Keyset { after: None, limit: limit(rows) };
            let page = bench.store.groups.page(scope, span, keyset).await.unwrap();
            assert_eq!((&page.items[..], page.has_more), (&groups[..shown], expected), "{rows} groups");
        }
    }
    for name in ["B", "C", "D"] {
        clients.push(ada.client(name).await.0);
    }
    for (rows, expected) in [(1, true), (3, true), (4, false), (5, false)] {
        let keyset = Keyset { after: None, limit: limit(rows) };
        let page = bench.store.clients.page(&ada.account(), keyset).await.unwrap();
        assert_eq!((&page.items[..], page.has_more), (&clients[..usize::from(rows).min(4)], expected));
    }
    // Behind the last row, behind a row that never was, and before all of them.
    let after = async |after| {
        let keyset = Keyset { after: Some(ContactPlace::Id(after)), limit: limit(2) };
        let page = bench
            .store
            .contacts
            .page(&scope, Span::AllClients, &ContactFilter::default(), ContactOrder::Newest, keyset)
            .await
            .unwrap();
        (page.items, page.next.is_some())
    };
    assert_eq!(after(contacts[1].id).await, (contacts[2..].to_vec(), false));
    assert_eq!(after(contacts[3].id).await, (vec![], false));
    assert_eq!(after(bench.id()).await, (contacts[..2].to_vec(), true));
}

pub async fn empty_lists_are_empty(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for span in SPANS {
        let page = bench
            .store
            .contacts
            .page(&ada.scope, span, &ContactFilter::default(), ContactOrder::Newest, first())
            .await
            .unwrap();
        assert_eq!(page, PlacedPage::empty());
    }
    let nobody = bench.new_account("nobody@example.org").user.user;
    let nobody = caller(&bench, &nobody, None);
    let page = bench.store.clients.page(&nobody.account().unwrap(), first()).await.unwrap();
    assert_eq!(page, Page::empty());
    for span in SPANS {
        let page = bench.store.groups.page(&nobody.scope(), span, first()).await.unwrap();
        assert_eq!(page, Page::empty());
        let filter = ContactFilter::default();
        let page =
            bench.store.contacts.page(&nobody.scope(), span, &filter, ContactOrder::Newest, first()).await.unwrap();
        assert_eq!(page, PlacedPage::empty());
    }
}
