//! The orders that contacts are listed in.

use std::collections::BTreeSet;

use roster_domain::Precondition::Exists;
use roster_domain::ports::ContactDeletion;
use roster_domain::{
    Contact, ContactFilter, ContactId, ContactName, ContactOrder, ContactPlace, GroupId, Keyset, NameKey, NewContact,
    Scope, Span,
};

use crate::matching::{in_group, searched};
use crate::owner::renamed;
use crate::reference::Reference;
use crate::walk::{limit, walk_in_order};
use crate::{Bench, Owner};

const ORDERS: [ContactOrder; 3] = [ContactOrder::Newest, ContactOrder::Oldest, ContactOrder::Name];

/// In the order by name. Within the braces they are equal when folded, and so by id.
const NAMES: [&[&str]; 19] = [
    &["", "\u{200b}"],
    &["!"],
    &["1 one", "１ ＯＮＥ"],
    &["10"],
    &["2"],
    &["_"],
    &["Amina", "AMINA", "Ámina", "amina"],
    &["Amina Bello", "amina  bello", "AMINA\u{a0}BELLO"],
    &["Aminah"],
    &["an na"],
    &["Anna"],
    &["Işık", "ışık", "ISIK"],
    &["Zoë", "zoe"],
    &["~"],
    &["Ωmega"],
    &["Яна"],
    &["محمد", "مُحَمَّد"],
    &["山田"],
    &["👍🏽"],
];

/// Made in turn through the names, so that those that are equal aren't neighbours by id.
async fn named(owner: &Owner, groups: &[GroupId]) {
    let longest = NAMES.iter().map(|names| names.len()).max().unwrap();
    let mut turn = 0;
    for place in 0..longest {
        for names in NAMES.iter().rev() {
            if let Some(name) = names.get(place) {
                let (name, group_id) = (ContactName::parse(name).unwrap(), Some(groups[turn % groups.len()]));
                owner.make(NewContact { name, group_id, ..owner.bench.new_contact("status") }).await;
                turn += 1;
            }
        }
    }
}

async fn list(owner: &Owner, scope: &Scope, span: Span, order: ContactOrder, rows: u16) -> Vec<Contact> {
    walk_in_order(&owner.bench.store, scope, span, &ContactFilter::default(), order, limit(rows)).await
}

pub async fn names_are_in_the_order_of_their_folded_bytes(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    named(&ada, &[ada.group.id]).await;
    let mut walked = list(&ada, &ada.scope, Span::OneClient, ContactOrder::Name, 1).await.into_iter().peekable();
    for names in NAMES {
        let mut last = None;
        for _ in names {
            let contact = walked.next().unwrap();
            assert!(names.contains(&contact.name.as_str()), "{:?} is one of {names:?}", contact.name);
            assert!(last < Some(contact.id), "{names:?}: by id");
            last = Some(contact.id);
        }
    }
    assert_eq!(walked.next(), None);
}

pub async fn every_order_of_every_list_in_pages(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let (_, attic_group) = ada.client("Attic").await;
    let friends = ada.group("Friends").await;
    named(&ada, &[ada.group.id, shop_group.id, friends.id, attic_group.id]).await;
    let reference = Reference::of(&ada).await;
    let all = ContactFilter::default();
    for order in ORDERS {
        for (scope, span, filter) in [
            (ada.scope, Span::OneClient, all.clone()),
            (ada.scope, Span::AllClients, all.clone()),
            (ada.only(shop.id), Span::OneClient, all.clone()),
            (ada.scope, Span::OneClient, in_group(friends.id)),
            (ada.scope, Span::AllClients, in_group(shop_group.id)),
            (ada.scope, Span::OneClient, searched("a")),
            (ada.scope, Span::AllClients, searched("amina")),
        ] {
            let expected = reference.list(&scope, span, &filter, order);
            assert!(!expected.is_empty(), "{filter:?}");
            for rows in [1, 2, 3, 50] {
                let walked = walk_in_order(&bench.store, &scope, span, &filter, order, limit(rows)).await;
                assert_eq!(walked, expected, "{order:?} {span:?} {filter:?}, {rows} a page");
            }
        }
    }
}

/// Longer than what an index entry may hold once they are folded: ordered by their beginning, then by id.
pub async fn very_long_names_are_ordered_by_their_beginning(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    // One character that folds to eighteen.
    let long = "\u{fdfa}".repeat(255);
    let mut made = Vec::new();
    for name in [format!("{long}z"), format!("{long}a"), "صلى الله".to_owned(), "𝄞".repeat(256), format!("{long}m")]
    {
        made.push(ada.contact(&name, "status").await);
    }
    let expected = [&made[2], &made[0], &made[1], &made[4], &made[3]].map(Clone::clone);
    for rows in [1, 2, 3, 50] {
        assert_eq!(list(&ada, &ada.scope, Span::OneClient, ContactOrder::Name, rows).await, expected, "{rows} a page");
        assert_eq!(list(&ada, &ada.scope, Span::AllClients, ContactOrder::Name, rows).await, expected);
    }
}

/// Between any two pages the very contact goes that the next page begins after.
pub async fn a_place_outlives_its_contact(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (_, shop_group) = ada.client("Shop").await;
    for order in ORDERS {
        for (span, rows) in [(Span::OneClient, 1), (Span::AllClients, 2), (Span::OneClient, 3), (Span::AllClients, 1)] {
            named(&ada, &[ada.group.id, shop_group.id, ada.group.id]).await;
            let expected = Reference::of(&ada).await.list(&ada.scope, span, &ContactFilter::default(), order);
            let mut walked: Vec<Contact> = Vec::new();
            let mut after = None;
            loop {
                let keyset = Keyset { after, limit: limit(rows) };
                let filter = ContactFilter::default();
                let page = bench.store.contacts.page(&ada.scope, span, &filter, order, keyset).await.unwrap();
                walked.extend(page.items);
                after = page.next;
                if after.is_none() {
                    break;
                }
                assert_eq!(ada.delete(walked.last().unwrap().id).await, ContactDeletion::Done);
            }
            assert_eq!(walked, expected, "{order:?} {span:?}, {rows} a page");
            for contact in ada.dump().await.contacts {
                ada.delete(contact.id).await;
            }
        }
    }
}

/// A place is where something would stand, whether or not anything ever did.
pub async fn a_place_needs_no_contact(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let before: ContactId = bench.id();
    let mut made = Vec::new();
    for name in ["b", "a", "b", "c"] {
        made.push(ada.contact(name, "status").await);
    }
    let behind: ContactId = bench.id();
    let by_name = [&made[1], &made[0], &made[2], &made[3]].map(Clone::clone);
    let key = |name: &str| NameKey::of(&ContactName::parse(name).unwrap());
    let page = async |order, place| {
        let keyset = Keyset { after: Some(place), limit: limit(10) };
        let filter = ContactFilter::default();
        let page = bench.store.contacts.page(&ada.scope, Span::OneClient, &filter, order, keyset).await.unwrap();
        assert_eq!(page.next, None);
        page.items
    };
    for (name, id, left) in [
        ("", before, 0),
        ("a", before, 0),
        ("a", behind, 1),
        ("aa", before, 1),
        ("b", before, 1),
        ("b", made[0].id, 2),
        ("b", made[1].id, 2),
        ("b", behind, 3),
        ("c", before, 3),
        ("c", behind, 4),
        ("☃", before, 4),
    ] {
        let found = page(ContactOrder::Name, ContactPlace::Name(key(name), id)).await;
        assert_eq!(found, by_name[left..], "behind {name:?} {id}");
    }
    assert_eq!(page(ContactOrder::Oldest, ContactPlace::Id(before)).await, made);
    assert_eq!(page(ContactOrder::Oldest, ContactPlace::Id(behind)).await, []);
    assert_eq!(page(ContactOrder::Newest, ContactPlace::Id(before)).await, []);
    made.reverse();
    assert_eq!(page(ContactOrder::Newest, ContactPlace::Id(behind)).await, made);
}

/// A new name is a new place, and so is found where it belongs.
pub async fn a_new_name_is_a_new_place(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    named(&ada, &[ada.group.id]).await;
    for (turn, contact) in ada.dump().await.contacts.into_iter().enumerate() {
        let names = NAMES[turn * 5 % NAMES.len()];
        let changes = renamed(names[turn % names.len()]);
        bench.store.contacts.update(&ada.scope, contact.id, changes, Exists, bench.later()).await.unwrap();
    }
    let reference = Reference::of(&ada).await;
    for order in ORDERS {
        let expected = reference.list(&ada.scope, Span::OneClient, &ContactFilter::default(), order);
        assert_eq!(list(&ada, &ada.scope, Span::OneClient, order, 2).await, expected, "{order:?}");
    }
}

/// What isn't renamed meanwhile comes exactly once, whatever else is.
pub async fn renames_between_pages_hide_nothing_else(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    named(&ada, &[ada.group.id]).await;
    let (staying, moving): (Vec<_>, Vec<_>) =
        ada.dump().await.contacts.into_iter().enumerate().partition(|(turn, _)| turn % 3 != 0);
    let mut moving = moving.into_iter().map(|(_, contact)| contact.id).cycle();
    let mut names = ["Zz", "Aa", "M", ""].into_iter().cycle();
    let mut walked: Vec<Contact> = Vec::new();
    let mut after = None;
    loop {
        let keyset = Keyset { after, limit: limit(2) };
        let (filter, order) = (ContactFilter::default(), ContactOrder::Name);
        let page = bench.store.contacts.page(&ada.scope, Span::OneClient, &filter, order, keyset).await.unwrap();
        walked.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
        let (id, changes) = (moving.next().unwrap(), renamed(names.next().unwrap()));
        bench.store.contacts.update(&ada.scope, id, changes, Exists, bench.later()).await.unwrap();
    }
    let times = |id| walked.iter().filter(|contact| contact.id == id).count();
    let counts: BTreeSet<_> = staying.iter().map(|(_, contact)| times(contact.id)).collect();
    assert_eq!(counts, BTreeSet::from([1]));
}
