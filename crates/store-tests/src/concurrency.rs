//! What callers at the same time may rely on.

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ContactDeletion, ContactUpdate};

use crate::Bench;
use crate::owner::{renamed, renumbered};
use crate::together::{Watch, together};

/// Whichever connection or thread the reads go to.
pub async fn an_answered_write_is_seen_by_every_read(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for round in 0..8 {
        let contact = ada.contact("Amina", &round.to_string()).await;
        let at = bench.later();
        let name = format!("Round {round}");
        let outcome = bench.store.contacts.update(&ada.scope, contact.id, renamed(&name), Exists, at).await.unwrap();
        let ContactUpdate::Done(contact) = outcome else { panic!("{outcome:?}") };
        let reads = together((0..12).map(|_| {
            let ada = ada.clone();
            async move { (ada.get(contact.id).await, ada.contacts_in(ada.group.id).await.swap_remove(0)) }
        }))
        .await;
        for read in reads {
            assert_eq!(read, (Some(contact.clone()), contact.clone()));
        }
        assert_eq!(ada.delete(contact.id).await, ContactDeletion::Done);
        let reads = together((0..12).map(|_| {
            let ada = ada.clone();
            async move { ada.get(contact.id).await }
        }))
        .await;
        assert_eq!(reads, vec![None; 12]);
    }
}

pub async fn contacts_made_at_once_are_all_there(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let made = together((0..16).map(|task| {
        let ada = ada.clone();
        async move {
            let mut made = Vec::new();
            for turn in 0..10 {
                made.push(ada.contact("", &format!("{task} {turn}")).await);
            }
            made
        }
    }))
    .await;
    let mut made: Vec<_> = made.into_iter().flatten().collect();
    made.sort_by_key(|contact| std::cmp::Reverse(contact.id));
    assert_eq!(ada.dump().await.contacts, made);
}

pub async fn of_several_deletions_at_once_one_is_true(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for _ in 0..5 {
        let contact = ada.contact("", "2348000000001").await.id;
        let outcomes = together((0..8).map(|_| {
            let ada = ada.clone();
            async move { ada.delete(contact).await }
        }))
        .await;
        assert_eq!(outcomes.into_iter().filter(|outcome| *outcome == ContactDeletion::Done).count(), 1);
    }
}

/// Names and numbers change together; no read sees half of it.
pub async fn no_read_sees_half_a_change(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let contact = ada.contact("0", "0").await;
    let reader = Watch::repeat({
        let ada = ada.clone();
        move || {
            let ada = ada.clone();
            async move {
                let now = ada.get(contact.id).await.unwrap();
                assert_eq!(now.name.as_str(), now.number.as_str());
                let listed = ada.contacts_in(ada.group.id).await.swap_remove(0);
                assert_eq!(listed.name.as_str(), listed.number.as_str());
                assert!(listed.revision >= now.revision, "a later read shows nothing older");
            }
        }
    });
    for round in 1..40 {
        let text = round.to_string();
        let mut changes = renamed(&text);
        changes.number = renumbered(&text).number;
        bench.store.contacts.update(&ada.scope, contact.id, changes, Exists, bench.later()).await.unwrap();
    }
    reader.stop().await;
}
