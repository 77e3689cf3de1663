//! Deleting groups, and what becomes of their contacts.

use roster_domain::Precondition::Exists;
use std::slice;

use roster_domain::ports::{ContactDeletion, ContactUpdate, GroupDeletion};
use roster_domain::{Contact, ContactsFate, GroupId, NewGroup, Scope};

use crate::orphans::looked_for;
use crate::owner::moved;
use crate::together::{Watch, together};
use crate::{Bench, Owner};

const FATES: [ContactsFate; 3] = [ContactsFate::Move, ContactsFate::Delete, ContactsFate::Refuse];

pub(crate) async fn delete(bench: &Bench, scope: &Scope, id: GroupId, fate: ContactsFate) -> GroupDeletion {
    bench.store.groups.delete(scope, id, fate, Exists, bench.later()).await.unwrap()
}

pub async fn contacts_move_to_the_default_group(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let other = ada.group("Other").await;
    let amina = ada.contact_in(&friends, "2348000000001").await;
    let bayo = ada.contact_in(&friends, "2348000000002").await;
    let bystanders = [ada.contact_in(&other, "2348000000003").await, ada.contact("", "2348000000004").await];

    let outcome = delete(&bench, &ada.scope, friends.id, ContactsFate::Move).await;
    assert_eq!(outcome, GroupDeletion::Done { contacts: 2 });
    assert_eq!(ada.get_group(friends.id).await, None);
    assert_eq!(ada.dump().await.groups, [ada.group.clone(), other]);
    for before in [amina, bayo] {
        let after = ada.get(before.id).await.unwrap();
        assert!(after.revision > before.revision, "{after:?}");
        let (revision, updated_at) = (after.revision, bench.now());
        assert_eq!(after, Contact { group_id: ada.group.id, updated_at, revision, ..before });
    }
    for bystander in bystanders {
        assert_eq!(ada.get(bystander.id).await, Some(bystander));
    }
}

pub async fn contacts_move_within_their_client(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let buyers = ada.make_group(&ada.only(shop.id), bench.new_group("Buyers")).await;
    let contact = ada.contact_in(&buyers, "2348000000001").await;
    let outcome = delete(&bench, &ada.scope, buyers.id, ContactsFate::Move).await;
    assert_eq!(outcome, GroupDeletion::Done { contacts: 1 });
    let after = ada.get(contact.id).await.unwrap();
    assert_eq!((after.client_id, after.group_id), (shop.id, shop_group.id));
}

pub async fn contacts_are_deleted_with_it(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    for number in ["1", "2", "3"] {
        ada.contact_in(&friends, number).await;
    }
    let kept = ada.contact("", "4").await;
    let outcome = delete(&bench, &ada.scope, friends.id, ContactsFate::Delete).await;
    assert_eq!(outcome, GroupDeletion::Done { contacts: 3 });
    let dump = ada.dump().await;
    assert_eq!((dump.groups, dump.contacts), (vec![ada.group.clone()], vec![kept]));
}

pub async fn refused_while_it_has_any(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let contact = ada.contact_in(&friends, "2348000000001").await;
    let before = ada.dump().await;
    assert_eq!(delete(&bench, &ada.scope, friends.id, ContactsFate::Refuse).await, GroupDeletion::NotEmpty);
    assert_eq!(ada.dump().await, before);

    assert_eq!(ada.delete(contact.id).await, ContactDeletion::Done);
    let outcome = delete(&bench, &ada.scope, friends.id, ContactsFate::Refuse).await;
    assert_eq!(outcome, GroupDeletion::Done { contacts: 0 });
    assert_eq!(ada.dump().await.groups, slice::from_ref(&ada.group));
}

pub async fn an_empty_group_goes_whatever_the_fate(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for fate in FATES {
        let group = ada.group("Empty").await;
        let scope = ada.only(ada.client.id);
        assert_eq!(delete(&bench, &scope, group.id, fate).await, GroupDeletion::Done { contacts: 0 }, "{fate:?}");
        assert_eq!(delete(&bench, &scope, group.id, fate).await, GroupDeletion::Absent, "{fate:?}, again");
    }
    assert_eq!(ada.dump().await.groups, slice::from_ref(&ada.group));
}

/// A group that was the default once can go, and what stood in it follows the default.
pub async fn a_former_default_group_can_go(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let contact = ada.contact("", "2348000000001").await;
    let new = NewGroup { is_default: true, ..bench.new_group("New") };
    let new = ada.make_group(&ada.scope, new).await;
    let outcome = delete(&bench, &ada.scope, ada.group.id, ContactsFate::Move).await;
    assert_eq!(outcome, GroupDeletion::Done { contacts: 1 });
    assert_eq!(ada.get(contact.id).await.unwrap().group_id, new.id);
    assert_eq!(ada.dump().await.groups, [new]);
}

pub async fn deletion_reaches_what_the_scope_reaches(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let friends = ada.group("Friends").await;
    ada.contact_in(&friends, "2348000000001").await;
    let before = (ada.dump().await, eve.dump().await);
    let cases: [(&str, Scope, GroupId); 6] = [
        ("unknown", ada.scope, bench.id()),
        ("another user's", eve.scope, friends.id),
        ("another user's default", eve.scope, ada.group.id),
        ("another user's, narrowed to its client", eve.only(ada.client.id), friends.id),
        ("another client's, narrowed", ada.only(shop.id), friends.id),
        ("another client's default, narrowed", ada.only(ada.client.id), shop_group.id),
    ];
    for (case, scope, id) in cases {
        for fate in FATES {
            assert_eq!(delete(&bench, &scope, id, fate).await, GroupDeletion::Absent, "{case}: {fate:?}");
        }
    }
    assert_eq!((ada.dump().await, eve.dump().await), before);
}

pub async fn of_several_deletions_at_once_one_is_done(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for fate in [ContactsFate::Move, ContactsFate::Delete] {
        let group = ada.group("Friends").await;
        for number in ["1", "2", "3"] {
            ada.contact_in(&group, number).await;
        }
        let mut outcomes = together((0..6).map(|_| {
            let ada = ada.clone();
            async move { delete(&ada.bench, &ada.scope, group.id, fate).await }
        }))
        .await;
        outcomes.sort_by_key(|outcome| *outcome == GroupDeletion::Absent);
        assert_eq!(outcomes[0], GroupDeletion::Done { contacts: 3 }, "{fate:?}");
        assert_eq!(outcomes[1..], [GroupDeletion::Absent; 5], "{fate:?}");
    }
    assert_eq!(ada.dump().await.contacts.len(), 3);
}

/// Contacts move into groups that are being deleted: each ends in a group that exists.
pub async fn moves_meet_deletions(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut contacts = Vec::new();
    for number in 0..4 {
        contacts.push(ada.contact("", &number.to_string()).await.id);
    }
    let reader = Watch::repeat(looked_for(&ada));
    for round in 0..8 {
        let doomed = ada.group(&format!("Round {round}")).await.id;
        let moves = contacts.iter().map(|contact| {
            let (ada, contact) = (ada.clone(), *contact);
            tokio::spawn(async move {
                let at = ada.bench.later();
                let outcome =
                    ada.bench.store.contacts.update(&ada.scope, contact, moved(doomed), Exists, at).await.unwrap();
                assert_ne!(outcome, ContactUpdate::Absent);
            })
        });
        let moves: Vec<_> = moves.collect();
        let outcome = delete(&bench, &ada.scope, doomed, ContactsFate::Move).await;
        assert!(matches!(outcome, GroupDeletion::Done { .. }), "{outcome:?}");
        for task in moves {
            task.await.unwrap();
        }
        let dump = ada.dump().await;
        assert_eq!(dump.contacts.len(), contacts.len());
        assert!(dump.contacts.iter().all(|contact| contact.group_id == ada.group.id), "{dump:?}");
    }
    reader.stop().await;
}

/// The only contact of each: someone who owns two clients loses nothing of the other.
pub async fn another_clients_contacts_stay(bench: Bench) {
    let ada: Owner = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let kept = ada.contact_in(&shop_group, "2348000000001").await;
    let friends = ada.group("Friends").await;
    ada.contact_in(&friends, "2348000000001").await;
    let outcome = delete(&bench, &ada.scope, friends.id, ContactsFate::Delete).await;
    assert_eq!(outcome, GroupDeletion::Done { contacts: 1 });
    assert_eq!(ada.dump().await.contacts, [kept]);
    assert_eq!(ada.default_group(shop.id).await, shop_group);
}
