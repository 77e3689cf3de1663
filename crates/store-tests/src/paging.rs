//! Pages walked while the list changes: what exists throughout appears exactly once, and nothing twice.

use roster_domain::Precondition::Exists;
use roster_domain::ports::ContactDeletion;
use std::collections::BTreeSet;

use roster_domain::{
    Contact, ContactFilter, ContactId, ContactOrder, ContactsFate, GroupId, Keyset, NewContact, ObjectId, Scope, Span,
};

use crate::owner::renamed;
use crate::together::Watch;
use crate::walk::{limit, walk_contacts, walk_groups};
use crate::{Bench, Owner};

async fn a_hundred(owner: &Owner) -> Vec<Contact> {
    let mut contacts = Vec::new();
    for turn in 0..100 {
        contacts.insert(0, owner.contact("", &turn.to_string()).await);
    }
    contacts
}

fn assert_descending(walked: &[ContactId]) {
    assert!(walked.windows(2).all(|pair| pair[0] > pair[1]), "newest first, and none twice: {walked:?}");
}

/// The lists that hold the hundred: every way that a store may have an index of its own for.
fn lists(owner: &Owner) -> [(Scope, Span, ContactFilter); 4] {
    let all = ContactFilter::default();
    let group = ContactFilter::of_group(Some(owner.group.id));
    let narrow = owner.only(owner.client.id);
    [
        (owner.scope, Span::OneClient, all.clone()),
        (owner.scope, Span::AllClients, all.clone()),
        (narrow, Span::OneClient, all),
        (owner.scope, Span::OneClient, group),
    ]
}

pub async fn pages_add_up_to_the_list(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let hundred = a_hundred(&ada).await;
    for (scope, span, filter) in lists(&ada) {
        for rows in [1, 7, 50, 99, 100, 101] {
            let walked = walk_contacts(&bench.store, &scope, span, &filter, limit(rows)).await;
            assert_eq!(walked, hundred, "{span:?} {filter:?}, {rows} a page");
        }
    }
}

/// Between any two pages: a new contact, an imported one from the past, a change, and two deletions, one of them of
/// the very row that the next page begins after.
pub async fn changes_between_pages(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for (scope, span, filter) in lists(&ada) {
        let mut contacts = a_hundred(&ada).await;
        let mut deleted = BTreeSet::new();
        let mut walked: Vec<ContactId> = Vec::new();
        let mut after = None;
        loop {
            let keyset = Keyset { after, limit: limit(7) };
            let page = bench.store.contacts.page(&scope, span, &filter, ContactOrder::Newest, keyset).await.unwrap();
            for contact in &page.items {
                assert!(!deleted.contains(&contact.id), "deleted before this page was read");
                walked.push(contact.id);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
            ada.contact("New", "1").await;
            ada.make(NewContact { id: past(&bench), ..bench.new_contact("2") }).await;
            bench
                .store
                .contacts
                .update(&scope, contacts[0].id, renamed("Changed"), Exists, bench.later())
                .await
                .unwrap();
            let last = contacts.pop().unwrap().id;
            for id in [last, *walked.last().unwrap()] {
                bench.store.contacts.delete(&scope, id, Exists).await.unwrap();
                deleted.insert(id);
            }
        }
        assert_descending(&walked);
        let walked: BTreeSet<_> = walked.into_iter().collect();
        for contact in contacts.iter().filter(|contact| !deleted.contains(&contact.id)) {
            assert!(walked.contains(&contact.id), "{span:?}: what exists throughout is on a page: {contact:?}");
        }
        let rest = ada.contacts_in(ada.group.id).await;
        for contact in rest {
            ada.delete(contact.id).await;
        }
    }
}

/// An id from before everything else here.
fn past(bench: &Bench) -> ContactId {
    let mut bytes = bench.bytes::<12>();
    bytes[0] = 0x60;
    ObjectId::from_bytes(bytes).into()
}

pub async fn walks_while_others_insert_and_delete(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let hundred = a_hundred(&ada).await;
    let (passing, staying): (Vec<_>, Vec<_>) = hundred.into_iter().enumerate().partition(|(place, _)| place % 3 == 0);
    let mut passing = passing.into_iter().map(|(_, contact)| contact.id).collect::<Vec<_>>().into_iter();
    let staying: Vec<ContactId> = staying.into_iter().map(|(_, contact)| contact.id).collect();

    // One task adds in front and behind, the other takes away, until the walks are over.
    let adding = Watch::repeat({
        let ada = ada.clone();
        move || {
            let ada = ada.clone();
            async move {
                let new = ada.contact("New", "1").await;
                let old = ada.make(NewContact { id: past(&ada.bench), ..ada.bench.new_contact("2") }).await;
                for id in [new.id, old.id] {
                    assert_eq!(ada.delete(id).await, ContactDeletion::Done);
                }
            }
        }
    });
    let taking = Watch::repeat({
        let ada = ada.clone();
        move || {
            let (ada, next) = (ada.clone(), passing.next());
            async move {
                if let Some(id) = next {
                    assert_eq!(ada.delete(id).await, ContactDeletion::Done);
                }
            }
        }
    });
    for (scope, span, filter) in lists(&ada).into_iter().chain(lists(&ada)) {
        let walked = walk_contacts(&bench.store, &scope, span, &filter, limit(7)).await;
        let walked: Vec<ContactId> = walked.into_iter().map(|contact| contact.id).collect();
        assert_descending(&walked);
        let walked: BTreeSet<_> = walked.into_iter().collect();
        assert!(staying.iter().all(|id| walked.contains(id)), "{span:?}: what exists throughout is on a page");
    }
    adding.stop().await;
    taking.stop().await;
}

pub async fn groups_come_and_go_between_pages(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut groups = vec![ada.group.id];
    for turn in 0..20 {
        groups.push(ada.group(&format!("Group {turn}")).await.id);
    }
    let narrow = ada.only(ada.client.id);
    for (scope, span) in [(ada.scope, Span::AllClients), (ada.scope, Span::OneClient), (narrow, Span::OneClient)] {
        let mut walked: Vec<GroupId> = Vec::new();
        loop {
            let keyset = Keyset { after: walked.last().copied(), limit: limit(3) };
            let page = bench.store.groups.page(&scope, span, keyset).await.unwrap();
            walked.extend(page.items.iter().map(|group| group.id));
            if !page.has_more {
                break;
            }
            // The row that the next page begins after.
            let last = page.items.last().unwrap();
            if !last.is_default && groups.len() > 12 {
                let fate = ContactsFate::Refuse;
                bench.store.groups.delete(&scope, last.id, fate, Exists, bench.later()).await.unwrap();
                groups.retain(|id| *id != last.id);
            }
        }
        assert!(walked.windows(2).all(|pair| pair[0] < pair[1]), "oldest first, and none twice: {walked:?}");
        assert!(groups.iter().all(|id| walked.contains(id)), "{span:?}");
    }
    let left = walk_groups(&bench.store, &ada.scope, Span::AllClients, limit(5)).await;
    assert_eq!(left.into_iter().map(|group| group.id).collect::<Vec<_>>(), groups);
}
