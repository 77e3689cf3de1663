//! A client's other region: what its numbers stand for is derived anew, behind the answer.

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ClientUpdate, STEP_ROWS};
use roster_domain::{Contact, ContactFilter, ContactId, ContactOrder, Number, Span};

use crate::clients::at_home_in;
use crate::dropped_calls::leave_after;
use crate::large_groups::fill;
use crate::matching::with_number;
use crate::numbers::{FORMS, derived};
use crate::owner::renumbered;
use crate::reference::Reference;
use crate::together::{Watch, together};
use crate::walk::{limit, walk_contacts};
use crate::{Bench, Owner};

/// A number that is a phone's in Nigeria, and one that is in Britain.
const NIGERIAN: &str = "08031234567";
const BRITISH: &str = "02079460018";

async fn derive_to_the_end(bench: &Bench) {
    for _ in 0..10_000 {
        if !bench.store.housekeeping.derive_some().await.unwrap() {
            return;
        }
    }
    panic!("there always is more to derive");
}

async fn settle_in(owner: &Owner, region: Option<&str>) {
    let _ = owner.bench.later();
    let outcome = owner.change_client(owner.client.id, at_home_in(region)).await;
    assert!(matches!(outcome, ClientUpdate::Done(_)), "{outcome:?}");
}

/// What is shown of each contact's number is what is derived under that region.
async fn assert_derived(owner: &Owner, contacts: &[ContactId], region: Option<&str>) {
    for id in contacts {
        let shown = owner.bench.store.contacts.get_with_number_info(&owner.scope, *id).await.unwrap();
        let (contact, info) = shown.unwrap();
        assert_eq!(info, derived(&contact.number, region), "{contact:?}");
    }
}

/// Lists by these numbers hold what they must, whatever has been derived so far.
async fn assert_found(owner: &Owner, numbers: &[&str]) {
    let reference = Reference::of(owner).await;
    for number in numbers {
        let filter = with_number(number);
        for span in [Span::OneClient, Span::AllClients] {
            let expected = reference.list(&owner.scope, span, &filter, ContactOrder::Newest);
            let walked = walk_contacts(&owner.bench.store, &owner.scope, span, &filter, limit(7)).await;
            assert_eq!(walked, expected, "{number}");
            let count = owner.bench.store.contacts.count(&owner.scope, span, &filter).await.unwrap();
            assert_eq!(count, u64::try_from(expected.len()).unwrap(), "{number}");
        }
    }
}

pub async fn another_region_changes_what_numbers_stand_for(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (_, shop_group) = ada.client_in(Some("NG")).await;
    let mut ids = Vec::new();
    for text in FORMS.iter().chain(&[BRITISH, "+44 20 7946 0018", "status", "120363045767536459", "null"]) {
        ids.push(ada.contact("Amina", text).await.id);
        ada.contact_in(&shop_group, text).await;
        eve.contact("Amina", text).await;
    }
    let (before, hers) = (ada.dump().await, eve.dump().await);
    for region in [Some("NG"), Some("GB"), None, Some("NG"), Some("US")] {
        settle_in(&ada, region).await;
        // Before it is through, after each step, and after the last.
        assert_derived(&ada, &ids, region).await;
        assert_found(&ada, &[NIGERIAN, "+2348031234567", BRITISH, "442079460018", "status"]).await;
        bench.store.housekeeping.derive_some().await.unwrap();
        assert_found(&ada, &[NIGERIAN, "+2348031234567", BRITISH, "442079460018", "status"]).await;
        derive_to_the_end(&bench).await;
        assert_found(&ada, &[NIGERIAN, "+2348031234567", BRITISH, "442079460018", "status"]).await;
        assert_derived(&ada, &ids, region).await;
        assert_eq!(ada.dump().await.contacts, before.contacts, "times and revisions stay, and what was stored");
    }
    assert_eq!(eve.dump().await, hers);
    assert!(!bench.store.housekeeping.derive_some().await.unwrap(), "nothing is left to derive");
}

pub async fn new_contacts_are_derived_under_the_new_region_at_once(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let old = ada.contact("Amina", "status").await;
    let before = ada.group("Before").await;
    for region in [Some("NG"), Some("GB"), None, Some("NG")] {
        settle_in(&ada, region).await;
        let after = ada.group("After").await;
        let mut ids = vec![old.id];
        for number in [NIGERIAN, BRITISH] {
            for group in [&ada.group, &before, &after] {
                ids.push(ada.contact_in(group, number).await.id);
            }
            let changes = renumbered(number);
            bench.store.contacts.update(&ada.scope, old.id, changes, Exists, bench.later()).await.unwrap();
            assert_derived(&ada, &ids, region).await;
            assert_found(&ada, &[NIGERIAN, "+2348031234567", BRITISH]).await;
        }
        for id in &ids[1..] {
            ada.delete(*id).await;
        }
    }
}

/// More than one step takes: cut short, gone on with, and asked for all the while.
pub async fn many_contacts_are_derived_in_steps(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    // First, last and in between: none is forgotten.
    let mut marked = vec![ada.contact("", NIGERIAN).await.id];
    fill(&ada, &ada.group, STEP_ROWS / 2 + 200).await;
    marked.push(ada.contact("", "+2348031234567").await.id);
    fill(&ada, &ada.group, STEP_ROWS + 200).await;
    marked.push(ada.contact("", "0803 123 4567").await.id);
    marked.reverse();
    let contacts = all(&ada).await;

    settle_in(&ada, Some("NG")).await;
    let watch = Watch::repeat({
        let (ada, marked) = (ada.clone(), marked.clone());
        move || {
            let (ada, marked) = (ada.clone(), marked.clone());
            async move { assert_eq!(found(&ada, NIGERIAN).await, marked, "at every step") }
        }
    });
    for polls in [1, 2, 3, 5, 9, 30] {
        leave_after(polls, bench.store.housekeeping.derive_some()).await;
    }
    together((0..3).map(|_| {
        let bench = bench.clone();
        async move { derive_to_the_end(&bench).await }
    }))
    .await;
    watch.stop().await;
    assert_derived(&ada, &marked, Some("NG")).await;
    assert_eq!(found(&ada, "+234 803 123 4567").await, marked);

    // Another one before that is through: the last one counts.
    for region in [Some("GB"), None, Some("KE"), Some("NG"), Some("GB")] {
        settle_in(&ada, region).await;
        assert_derived(&ada, &marked, region).await;
        bench.store.housekeeping.derive_some().await.unwrap();
        assert_derived(&ada, &marked, region).await;
        let national = region == Some("NG");
        let expected = if national { marked.clone() } else { vec![marked[1]] };
        assert_eq!(found(&ada, "+2348031234567").await, expected, "{region:?}");
    }
    derive_to_the_end(&bench).await;
    assert_derived(&ada, &marked, Some("GB")).await;
    assert_eq!(found(&ada, NIGERIAN).await, marked[2..]);
    assert_eq!(all(&ada).await, contacts, "times and revisions stay, and what was stored");
}

async fn all(owner: &Owner) -> Vec<Contact> {
    let (store, filter) = (&owner.bench.store, ContactFilter::default());
    walk_contacts(store, &owner.scope, Span::OneClient, &filter, limit(1_000)).await
}

async fn found(owner: &Owner, number: &str) -> Vec<ContactId> {
    let filter = with_number(number);
    let found = walk_contacts(&owner.bench.store, &owner.scope, Span::OneClient, &filter, limit(2)).await;
    found.into_iter().map(|contact| contact.id).collect()
}

/// Contacts made and changed, and groups made, while the region changes: all end up under the last one.
pub async fn a_region_change_meets_other_writes(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let regions = [Some("NG"), Some("GB"), None, Some("KE"), Some("NG"), Some("GB"), Some("NG")];
    let changing = ada.contact("", "status").await.id;
    for turn in 0..4 {
        let writers = (0..6).map(|task| {
            let ada = ada.clone();
            tokio::spawn(async move {
                let mut ids = vec![changing];
                for round in 0..12 {
                    let number = if (task + round) % 2 == 0 { NIGERIAN } else { BRITISH };
                    match task {
                        0 => {
                            let (contacts, changes) = (&ada.bench.store.contacts, renumbered(number));
                            let at = ada.bench.later();
                            contacts.update(&ada.scope, changing, changes, Exists, at).await.unwrap();
                        }
                        1 => {
                            let group = ada.group("New").await;
                            ids.push(ada.contact_in(&group, number).await.id);
                        }
                        _ => ids.push(ada.contact("", number).await.id),
                    }
                }
                ids
            })
        });
        let writers: Vec<_> = writers.collect();
        let last = regions[turn..].iter().take(4).copied();
        for region in last.clone() {
            settle_in(&ada, region).await;
        }
        let region = last.last().unwrap();
        let mut ids = Vec::new();
        for writer in writers {
            ids.extend(writer.await.unwrap());
        }
        assert_found(&ada, &[NIGERIAN, BRITISH, "+2348031234567"]).await;
        derive_to_the_end(&bench).await;
        assert_derived(&ada, &ids, region).await;
        assert_found(&ada, &[NIGERIAN, BRITISH, "+2348031234567", "+442079460018"]).await;
        // And so does what comes into the groups that were made meanwhile.
        for group in ada.dump().await.groups.into_iter().take(20) {
            let contact = ada.contact_in(&group, NIGERIAN).await;
            assert_derived(&ada, &[contact.id], region).await;
        }
    }
}

/// A region that is what it was already is no change: nothing is derived.
pub async fn the_same_region_derives_nothing(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.contact("", NIGERIAN).await;
    settle_in(&ada, Some("NG")).await;
    derive_to_the_end(&bench).await;
    let before = ada.dump().await;
    settle_in(&ada, Some("NG")).await;
    assert!(!bench.store.housekeeping.derive_some().await.unwrap());
    assert_eq!(ada.dump().await, before);
    assert_eq!(derived(&Number::parse(NIGERIAN).unwrap(), Some("NG")).e164.unwrap().as_str(), "+2348031234567");
}
