//! Deletions in steps that meet, half-way, what is done to the same rows in the state in which they were seen.

use std::future::Future;
use std::slice;

use roster_domain::Precondition::{Exists, OneOf};
use roster_domain::ports::{ContactDeletion, ContactUpdate, GroupDeletion, GroupUpdate, MatchingDeletion};
use roster_domain::{Channel, Contact, ContactChanges, ContactFilter, ContactGroup, ContactsFate, Span};
use tokio::task::JoinHandle;

use crate::groups::retitled;
use crate::large_groups::{LARGE, fill};
use crate::matching::{both, in_group, on_channel};
use crate::owner::renamed;
use crate::together::together;
use crate::walk::{limit, walk_contacts};
use crate::{Bench, Owner};

/// A group with more contacts than one transaction takes, and those, oldest first.
async fn large(owner: &Owner) -> (ContactGroup, Vec<Contact>) {
    let group = owner.group("Large").await;
    fill(owner, &group, LARGE).await;
    let mut contacts = everything(owner).await;
    contacts.reverse();
    (group, contacts)
}

async fn everything(owner: &Owner) -> Vec<Contact> {
    let filter = ContactFilter::default();
    walk_contacts(&owner.bench.store, &owner.scope, Span::AllClients, &filter, limit(1_000)).await
}

/// Some of these from either end, for so many tasks: wherever a deletion begins, it meets some before their turn and
/// some behind it.
fn from_both_ends(contacts: &[Contact], tasks: usize) -> Vec<Vec<Contact>> {
    let some = contacts.iter().step_by(7);
    (0..tasks)
        .map(|task| {
            let mine = some.clone().skip(task).step_by(tasks).cloned();
            if task % 2 == 0 { mine.collect() } else { mine.rev().collect() }
        })
        .collect()
}

/// Begins the deletion, and comes back when a step of it is done (or, where that is missed, all of it): when the list
/// holds less than it did.
async fn half_way<T: Send + 'static>(
    owner: &Owner,
    list: &ContactFilter,
    deletion: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    let count = async || owner.bench.store.contacts.count(&owner.scope, Span::AllClients, list).await.unwrap();
    let before = count().await;
    let deletion = tokio::spawn(deletion);
    while !deletion.is_finished() && count().await == before {
        tokio::task::yield_now().await;
    }
    deletion
}

fn sent_by(channel: &str) -> ContactChanges {
    ContactChanges { channel: Some(Channel::parse(channel).unwrap()), ..ContactChanges::default() }
}

/// Of a new title and a deletion of the group as it was before, one is done.
pub async fn a_group_that_changes_half_way_stays(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (group, _) = large(&ada).await;
    let seen = OneOf(vec![group.version()]);
    let deletion = half_way(&ada, &in_group(group.id), {
        let (ada, seen) = (ada.clone(), seen.clone());
        async move {
            let (groups, at) = (&ada.bench.store.groups, ada.bench.later());
            groups.delete(&ada.scope, group.id, ContactsFate::Delete, seen, at).await.unwrap()
        }
    })
    .await;
    let changes = retitled("Kept");
    let change = bench.store.groups.update(&ada.scope, group.id, changes, seen, bench.later()).await.unwrap();
    let deletion = deletion.await.unwrap();
    let left = ada.contacts_in(group.id).await.len();
    match change {
        GroupUpdate::Done(kept) => {
            assert_eq!(deletion, GroupDeletion::Stale);
            assert_eq!(ada.get_group(group.id).await, Some(kept));
            assert!(left > 0, "the last step is the group's own");
        }
        GroupUpdate::Absent => {
            assert_eq!(deletion, GroupDeletion::Done { contacts: LARGE as u64 });
            assert_eq!(left, 0);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(everything(&ada).await.len(), left, "none is elsewhere");
}

/// A move is a change like any other: of it and one that holds to the state before, the first is seen by the second.
pub async fn contacts_change_while_their_group_moves(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (group, contacts) = large(&ada).await;
    let deletion = half_way(&ada, &in_group(group.id), {
        let ada = ada.clone();
        async move {
            let (groups, at) = (&ada.bench.store.groups, ada.bench.later());
            groups.delete(&ada.scope, group.id, ContactsFate::Move, Exists, at).await.unwrap()
        }
    })
    .await;
    let outcomes = together(from_both_ends(&contacts, 4).into_iter().map(|contacts| {
        let ada = ada.clone();
        async move {
            let mut outcomes = Vec::new();
            for seen in contacts {
                let (state, at) = (OneOf(vec![seen.version()]), ada.bench.later());
                let update = ada.bench.store.contacts.update(&ada.scope, seen.id, renamed("Changed"), state, at);
                outcomes.push((seen, update.await.unwrap()));
            }
            outcomes
        }
    }))
    .await;
    assert_eq!(deletion.await.unwrap(), GroupDeletion::Done { contacts: LARGE as u64 });
    for (seen, outcome) in outcomes.into_iter().flatten() {
        let now = ada.get(seen.id).await.unwrap();
        let (name, revision) = match outcome {
            ContactUpdate::Done(_) => ("Changed", seen.revision + 2),
            ContactUpdate::Stale => ("", seen.revision + 1),
            other => panic!("{other:?}"),
        };
        assert_eq!((now.name.as_str(), now.revision, now.group_id), (name, revision, ada.group.id), "{seen:?}");
    }
    assert_eq!(ada.contacts_in(ada.group.id).await.len(), LARGE);
    assert_eq!(ada.dump().await.groups, slice::from_ref(&ada.group));
}

/// What leaves the list before its turn stays as it was changed, and isn't counted; what was deleted is absent.
pub async fn contacts_leave_a_list_while_it_is_deleted(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (group, contacts) = large(&ada).await;
    let list = both(&in_group(group.id), &on_channel("whatsapp"));
    let deletion = half_way(&ada, &list, {
        let (ada, list) = (ada.clone(), list.clone());
        async move {
            let contacts = &ada.bench.store.contacts;
            contacts.delete_matching(&ada.scope, Span::OneClient, &list, LARGE as u64).await.unwrap()
        }
    })
    .await;
    let outcomes = together(from_both_ends(&contacts, 4).into_iter().enumerate().map(|(task, contacts)| {
        let ada = ada.clone();
        async move {
            let (mut kept, mut deleted) = (Vec::new(), 0);
            for (turn, seen) in contacts.into_iter().enumerate() {
                let (contacts, state) = (&ada.bench.store.contacts, OneOf(vec![seen.version()]));
                if (task + turn) % 3 == 0 {
                    match contacts.delete(&ada.scope, seen.id, state).await.unwrap() {
                        ContactDeletion::Done => deleted += 1,
                        outcome => assert_eq!(outcome, ContactDeletion::Absent),
                    }
                } else {
                    let at = ada.bench.later();
                    match contacts.update(&ada.scope, seen.id, sent_by("sms"), state, at).await.unwrap() {
                        ContactUpdate::Done(contact) => kept.push(contact),
                        outcome => assert_eq!(outcome, ContactUpdate::Absent),
                    }
                }
            }
            (kept, deleted)
        }
    }))
    .await;
    let (kept, deleted): (Vec<_>, Vec<usize>) = outcomes.into_iter().unzip();
    let mut kept: Vec<Contact> = kept.into_iter().flatten().collect();
    kept.sort_by_key(|contact| std::cmp::Reverse(contact.id));
    let others = kept.len() + deleted.into_iter().sum::<usize>();
    assert_eq!(deletion.await.unwrap(), MatchingDeletion::Done { deleted: (LARGE - others) as u64 });
    assert_eq!(everything(&ada).await, kept);
}

/// Of so few that one transaction takes them: all go, or all stay.
pub async fn a_contact_leaves_a_short_list_while_it_is_deleted(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for round in 0..30 {
        let group = ada.group("Short").await;
        let mut contacts = Vec::new();
        for _ in 0..20 {
            contacts.push(ada.contact_in(&group, "2348000000001").await);
        }
        let list = both(&in_group(group.id), &on_channel("whatsapp"));
        let deletion = tokio::spawn({
            let ada = ada.clone();
            async move {
                let contacts = &ada.bench.store.contacts;
                contacts.delete_matching(&ada.scope, Span::OneClient, &list, 20).await.unwrap()
            }
        });
        // Meet it at different points.
        for _ in 0..round % 6 {
            tokio::task::yield_now().await;
        }
        let (seen, at) = (&contacts[round % 20], bench.later());
        let state = OneOf(vec![seen.version()]);
        let update = bench.store.contacts.update(&ada.scope, seen.id, sent_by("sms"), state, at).await.unwrap();
        let outcome = deletion.await.unwrap();
        let left = ada.contacts_in(group.id).await;
        match update {
            ContactUpdate::Done(changed) => {
                assert_eq!(outcome, MatchingDeletion::CountChanged { actual: 19 });
                assert_eq!(left.len(), 20);
                assert!(left.contains(&changed));
            }
            ContactUpdate::Absent => {
                assert_eq!(outcome, MatchingDeletion::Done { deleted: 20 });
                assert_eq!(left, []);
            }
            other => panic!("{other:?}"),
        }
    }
}
