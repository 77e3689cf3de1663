//! Deleting clients, and what goes with them.

use roster_domain::Precondition::Exists;
use std::slice;

use roster_domain::ports::ClientDeletion;
use roster_domain::{AuditEntry, AuditEvent, Client, ClientId};

use crate::large_groups::{LARGE, fill, insert_until_gone};
use crate::orphans::looked_for;
use crate::together::{Watch, together};
use crate::{Bench, Owner};

/// The entry that names the client.
fn deleted(owner: &Owner, id: ClientId) -> AuditEntry {
    let mut entry = owner.entry(AuditEvent::ClientDeleted);
    entry.subject = Some(id.to_string());
    entry
}

async fn delete(owner: &Owner, id: ClientId, with_contacts: bool) -> ClientDeletion {
    let _ = owner.bench.later();
    let clients = &owner.bench.store.clients;
    clients.delete(&owner.account(), id, with_contacts, Exists, deleted(owner, id)).await.unwrap()
}

/// Nothing of it is found, and whatever of its were left would be in the way of the same client.
async fn assert_gone(owner: &Owner, client: &Client) {
    let store = &owner.bench.store;
    assert_eq!(owner.get_client(client.id).await, None);
    assert_eq!(store.finders.client_credential(&client.session_id).await.unwrap(), None);
    let dump = owner.dump().await;
    assert!(dump.clients.iter().all(|other| other.id != client.id));
    assert!(dump.groups.iter().all(|group| group.client_id != client.id));
    assert!(dump.contacts.iter().all(|contact| contact.client_id != client.id));
    let mut new = owner.bench.new_client("Again");
    (new.id, new.session_id) = (client.id, client.session_id.clone());
    let again = store.clients.create(&owner.account(), new).await.unwrap().unwrap();
    assert_eq!(store.finders.client_credential(&client.session_id).await.unwrap().unwrap().client, again.id);
}

pub async fn an_empty_client_goes_with_its_groups(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    ada.contact("Amina", "2348000000001").await;
    let hers = eve.dump().await;
    for with_contacts in [false, true] {
        let before = ada.dump().await;
        let (shop, _) = ada.client("Shop").await;
        ada.make_group(&ada.only(shop.id), bench.new_group("Buyers")).await;
        assert_eq!(delete(&ada, shop.id, with_contacts).await, ClientDeletion::Done { contacts: 0 });
        let mut now = ada.dump().await;
        let entry = now.trail.remove(0);
        assert_eq!(
            (entry.event, entry.at, entry.subject),
            (AuditEvent::ClientDeleted, bench.now(), Some(shop.id.to_string()))
        );
        assert_eq!(now, before, "everything else stays");
        assert_eq!(delete(&ada, shop.id, with_contacts).await, ClientDeletion::Absent, "once");
        assert_gone(&ada, &shop).await;
        assert_eq!(delete(&ada, shop.id, with_contacts).await, ClientDeletion::Done { contacts: 0 });
    }
    assert_eq!(eve.dump().await, hers);
}

pub async fn contacts_are_kept_unless_they_are_to_go(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    ada.contact("Amina", "2348000000001").await;
    let kept = ada.dump().await;
    let buyers = ada.make_group(&ada.only(shop.id), bench.new_group("Buyers")).await;
    for (group, number) in [(&shop_group, "2"), (&buyers, "3"), (&buyers, "4")] {
        ada.contact_in(group, number).await;
    }
    let before = ada.dump().await;
    assert_eq!(delete(&ada, shop.id, false).await, ClientDeletion::NotEmpty);
    assert_eq!(ada.dump().await, before);
    assert_eq!(delete(&ada, shop.id, true).await, ClientDeletion::Done { contacts: 3 });
    let now = ada.dump().await;
    assert_eq!((now.clients, now.groups), (vec![ada.client.clone()], vec![ada.group.clone()]));
    assert_eq!(now.contacts, kept.contacts);
    assert_gone(&ada, &shop).await;
}

pub async fn another_users_client_cannot_be_deleted(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let before = (ada.dump().await, eve.dump().await);
    for id in [shop.id, ada.client.id, bench.id()] {
        for with_contacts in [false, true] {
            assert_eq!(delete(&eve, id, with_contacts).await, ClientDeletion::Absent);
        }
    }
    assert_eq!((ada.dump().await, eve.dump().await), before);
}

pub async fn of_several_client_deletions_at_once_one_is_done(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    ada.contact_in(&shop_group, "2348000000001").await;
    let outcomes = together((0..6).map(|_| {
        let ada = ada.clone();
        async move { delete(&ada, shop.id, true).await }
    }))
    .await;
    let done = outcomes.iter().filter(|outcome| **outcome == ClientDeletion::Done { contacts: 1 }).count();
    let absent = outcomes.iter().filter(|outcome| **outcome == ClientDeletion::Absent).count();
    assert_eq!((done, absent), (1, 5), "{outcomes:?}");
    assert_eq!(ada.trail().await.len(), 2, "one entry");
}

/// No group is made in a client that goes at the same time.
pub async fn a_client_deletion_meets_new_groups(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for _ in 0..6 {
        let (shop, _) = ada.client("Shop").await;
        let inserts: Vec<_> = (0..3)
            .map(|_| {
                let (ada, bench) = (ada.clone(), bench.clone());
                tokio::spawn(async move {
                    // Bounded, so that a deletion that never ends is a failure and not a hang.
                    for _ in 0..5_000 {
                        let group = bench.new_group("Late");
                        if bench.store.groups.create(&ada.only(shop.id), group).await.unwrap().is_none() {
                            return;
                        }
                    }
                    panic!("the client never went");
                })
            })
            .collect();
        assert_eq!(delete(&ada, shop.id, false).await, ClientDeletion::Done { contacts: 0 });
        for task in inserts {
            task.await.unwrap();
        }
        assert_eq!(ada.dump().await.groups, slice::from_ref(&ada.group));
    }
}

pub async fn a_large_client_goes_while_others_insert(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let kept = ada.contact("Amina", "2348000000001").await;
    let buyers = ada.make_group(&ada.only(shop.id), bench.new_group("Buyers")).await;
    let filled = fill(&ada, &shop_group, LARGE / 2).await.len() + fill(&ada, &buyers, LARGE / 2).await.len();
    assert_eq!(delete(&ada, shop.id, false).await, ClientDeletion::NotEmpty);

    let orphans = Watch::repeat(looked_for(&ada));
    let insert = tokio::spawn(insert_until_gone(ada.clone(), buyers.clone()));
    let outcome = delete(&ada, shop.id, true).await;
    let inserted = insert.await.unwrap().len();
    orphans.stop().await;

    let contacts = u64::try_from(filled + inserted).unwrap();
    assert_eq!(outcome, ClientDeletion::Done { contacts });
    let now = ada.dump().await;
    assert_eq!(
        (now.clients, now.groups, now.contacts),
        (vec![ada.client.clone()], vec![ada.group.clone()], vec![kept])
    );
    assert_gone(&ada, &shop).await;
}
