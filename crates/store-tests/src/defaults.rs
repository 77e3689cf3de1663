//! Exactly one default group a client, at every instant.

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ContactCreation, GroupDeletion, GroupUpdate};
use roster_domain::{ContactGroup, ContactsFate, GroupChanges, GroupId, NewGroup};

use crate::groups::retitled;
use crate::together::{Watch, together};
use crate::{Bench, Owner};

const MAKE_DEFAULT: GroupChanges = GroupChanges { title: None, is_default: Some(true) };
const UNMAKE_DEFAULT: GroupChanges = GroupChanges { title: None, is_default: Some(false) };

/// The one that had to step down: changed at that time, and in nothing else.
async fn assert_stepped_down(owner: &Owner, before: &ContactGroup) {
    let after = owner.get_group(before.id).await.unwrap();
    assert!(after.revision > before.revision, "{after:?}");
    let updated_at = owner.bench.now();
    let expected = ContactGroup { is_default: false, updated_at, revision: after.revision, ..before.clone() };
    assert_eq!(after, expected);
}

pub async fn a_client_comes_with_its_default_group(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    assert!(ada.group.is_default);
    assert_eq!(ada.group.client_id, ada.client.id);
    assert_eq!(ada.default_group(ada.client.id).await, ada.group);
    let (shop, group) = ada.client("Shop").await;
    assert_eq!(ada.default_group(shop.id).await, group);
    assert_eq!(ada.default_group(ada.client.id).await, ada.group, "another client's is left alone");
}

pub async fn a_new_group_takes_over(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let old = ada.contact("Amina", "2348000000001").await;
    let _ = bench.later();
    let friends = ada.make_group(&ada.scope, NewGroup { is_default: true, ..bench.new_group("Friends") }).await;
    assert!(friends.is_default);
    assert_eq!(ada.get_group(friends.id).await.as_ref(), Some(&friends));
    assert_eq!(ada.default_group(ada.client.id).await, friends);
    assert_stepped_down(&ada, &ada.group).await;

    assert_eq!(ada.contact("Bayo", "2348000000002").await.group_id, friends.id, "new contacts go there");
    assert_eq!(ada.get(old.id).await, Some(old), "old ones stay where they are");
    assert_eq!(ada.default_group(shop.id).await, shop_group, "another client's is left alone");
}

pub async fn an_update_takes_over(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let changes = GroupChanges { is_default: Some(true), ..retitled("Family") };
    let outcome =
        bench.store.groups.update(&ada.scope, friends.id, changes.clone(), Exists, bench.later()).await.unwrap();
    let GroupUpdate::Done(family) = outcome else { panic!("{outcome:?}") };
    assert!(family.revision > friends.revision);
    let expected = ContactGroup {
        title: changes.title.unwrap(),
        is_default: true,
        updated_at: bench.now(),
        revision: family.revision,
        ..friends
    };
    assert_eq!(family, expected);
    assert_eq!(ada.default_group(ada.client.id).await, family);
    assert_stepped_down(&ada, &ada.group).await;

    // And back again.
    let outcome =
        bench.store.groups.update(&ada.scope, ada.group.id, MAKE_DEFAULT, Exists, bench.later()).await.unwrap();
    assert!(matches!(outcome, GroupUpdate::Done(group) if group.is_default && group.id == ada.group.id));
    assert_stepped_down(&ada, &family).await;
    assert_eq!(ada.default_group(ada.client.id).await.id, ada.group.id);
}

pub async fn the_default_group_stays_it(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.group("Friends").await;
    let before = ada.dump().await;
    for changes in [UNMAKE_DEFAULT, GroupChanges { is_default: Some(false), ..retitled("Family") }] {
        let outcome =
            bench.store.groups.update(&ada.scope, ada.group.id, changes, Exists, bench.later()).await.unwrap();
        assert_eq!(outcome, GroupUpdate::DefaultGroup);
    }
    for fate in [ContactsFate::Move, ContactsFate::Delete, ContactsFate::Refuse] {
        let outcome = bench.store.groups.delete(&ada.scope, ada.group.id, fate, Exists, bench.later()).await.unwrap();
        assert_eq!(outcome, GroupDeletion::DefaultGroup, "{fate:?}");
    }
    assert_eq!(ada.dump().await, before);
}

/// The title changes of another group, though `is_default: false` says nothing for it.
pub async fn unmaking_what_is_no_default_says_nothing(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let changes = GroupChanges { is_default: Some(false), ..retitled("Family") };
    let outcome = bench.store.groups.update(&ada.scope, friends.id, changes, Exists, bench.later()).await.unwrap();
    assert!(matches!(outcome, GroupUpdate::Done(group) if group.title.as_str() == "Family" && !group.is_default));
    assert_eq!(ada.default_group(ada.client.id).await, ada.group);
}

/// Sixteen tasks make, choose and delete groups and make contacts without naming one, while a reader counts.
pub async fn one_default_group_whatever_happens_at_once(bench: Bench) {
    const ROUNDS: usize = 5;
    let ada = bench.account("ada@example.org").await;
    let mut groups = Vec::new();
    for turn in 0..12 {
        groups.push(ada.group(&format!("Group {turn}")).await.id);
    }
    let reader = Watch::repeat({
        let ada = ada.clone();
        move || {
            let ada = ada.clone();
            async move {
                ada.default_group(ada.client.id).await;
            }
        }
    });
    together((0..16).map(|task| {
        let (ada, groups) = (ada.clone(), groups.clone());
        async move {
            for round in 0..ROUNDS {
                let group = groups[(task / 4 * ROUNDS + round) % groups.len()];
                match task % 4 {
                    0 => make_default(&ada, NewGroup { is_default: true, ..ada.bench.new_group("New") }).await,
                    1 => choose(&ada, group).await,
                    2 => delete(&ada, group).await,
                    _ => contact_somewhere(&ada).await,
                }
            }
        }
    }))
    .await;
    reader.stop().await;

    let default = ada.default_group(ada.client.id).await;
    let dump = ada.dump().await;
    assert_eq!(dump.contacts.len(), 4 * ROUNDS, "deleted groups left their contacts behind");
    assert!(dump.contacts.iter().all(|contact| dump.groups.iter().any(|group| group.id == contact.group_id)));
    assert_eq!(ada.contact("Amina", "2348000000001").await.group_id, default.id);
}

async fn make_default(ada: &Owner, group: NewGroup) {
    let made = ada.make_group(&ada.scope, group).await;
    assert!(made.is_default);
}

async fn choose(ada: &Owner, group: GroupId) {
    let outcome =
        ada.bench.store.groups.update(&ada.scope, group, MAKE_DEFAULT, Exists, ada.bench.later()).await.unwrap();
    match &outcome {
        GroupUpdate::Done(group) => assert!(group.is_default),
        GroupUpdate::Absent => {}
        GroupUpdate::DefaultGroup | GroupUpdate::Stale => panic!("nothing was to be unmade: {outcome:?}"),
    }
}

async fn delete(ada: &Owner, group: GroupId) {
    let at = ada.bench.later();
    let outcome = ada.bench.store.groups.delete(&ada.scope, group, ContactsFate::Move, Exists, at).await.unwrap();
    assert_ne!(outcome, GroupDeletion::NotEmpty, "its contacts move");
}

/// There is a default group at every instant, so there always is somewhere to put it.
async fn contact_somewhere(ada: &Owner) {
    let contact = ada.bench.new_contact("2348000000001");
    let creation = ada.bench.store.contacts.create(&ada.scope, contact).await.unwrap();
    assert!(matches!(creation, ContactCreation::Done(_)), "{creation:?}");
}
