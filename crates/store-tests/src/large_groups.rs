//! Acts over so many rows that they go in steps, while others go on.

use std::collections::BTreeSet;
use std::slice;

use roster_domain::ports::{ContactCreation, GroupDeletion, MANY_ROWS, MatchingDeletion};
use roster_domain::{Contact, ContactFilter, ContactGroup, ContactId, ContactsFate, NewContact, Span};

use crate::group_deletion::delete;
use crate::orphans::looked_for;
use crate::together::{Watch, together};
use crate::walk::{limit, walk_contacts};
use crate::{Bench, Owner};

/// More than one transaction takes.
pub(crate) const LARGE: usize = MANY_ROWS + 1_500;

/// Some tasks fill it together, with so many contacts.
pub(crate) async fn fill(owner: &Owner, group: &ContactGroup, count: usize) -> BTreeSet<ContactId> {
    const TASKS: usize = 10;
    let filled = together((0..TASKS).map(|_| {
        let (owner, group) = (owner.clone(), group.clone());
        async move {
            let mut ids = Vec::new();
            for _ in 0..count / TASKS {
                ids.push(owner.contact_in(&group, "2348000000001").await.id);
            }
            ids
        }
    }))
    .await;
    filled.into_iter().flatten().collect()
}

/// Contacts put into the group until it is gone; those that got in.
pub(crate) async fn insert_until_gone(owner: Owner, group: ContactGroup) -> Vec<ContactId> {
    let mut made = Vec::new();
    // Bounded, so that a deletion that never ends is a failure and not a hang.
    for _ in 0..20_000 {
        let contact = NewContact { group_id: Some(group.id), ..owner.bench.new_contact("2348000000002") };
        match owner.bench.store.contacts.create(&owner.scope, contact).await.unwrap() {
            ContactCreation::Done(contact) => made.push(contact.id),
            ContactCreation::UnknownGroup => return made,
            ContactCreation::ClientGone => panic!("a group was given"),
        }
    }
    panic!("the group never went");
}

async fn everything(owner: &Owner) -> Vec<Contact> {
    let filter = ContactFilter::default();
    walk_contacts(&owner.bench.store, &owner.scope, Span::AllClients, &filter, limit(1_000)).await
}

/// Then what was moved is deleted, again more than one step takes.
pub async fn a_large_group_moves_while_others_insert(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let kept = [ada.contact_in(&shop_group, "2348000000003").await, eve.contact("", "2348000000004").await];
    let group = ada.group("Large").await;
    let filled = fill(&ada, &group, LARGE).await;
    assert_eq!(delete(&bench, &ada.scope, group.id, ContactsFate::Refuse).await, GroupDeletion::NotEmpty);

    let orphans = Watch::repeat(looked_for(&ada));
    let walks = Watch::repeat({
        let (ada, filled) = (ada.clone(), filled.clone());
        move || {
            let (ada, filled) = (ada.clone(), filled.clone());
            async move {
                let walked: Vec<ContactId> = everything(&ada).await.into_iter().map(|contact| contact.id).collect();
                assert!(walked.windows(2).all(|pair| pair[0] > pair[1]), "none twice");
                let walked: BTreeSet<_> = walked.into_iter().collect();
                assert!(filled.is_subset(&walked), "none is missing while it moves");
            }
        }
    });
    let inserts: Vec<_> = (0..2).map(|_| tokio::spawn(insert_until_gone(ada.clone(), group.clone()))).collect();
    let outcome = delete(&bench, &ada.scope, group.id, ContactsFate::Move).await;
    let moved_at = bench.now();
    let mut expected = filled;
    for task in inserts {
        expected.extend(task.await.unwrap());
    }
    orphans.stop().await;
    walks.stop().await;

    let count = u64::try_from(expected.len()).unwrap();
    assert_eq!(outcome, GroupDeletion::Done { contacts: count });
    assert_eq!(ada.get_group(group.id).await, None);
    let moved = ada.contacts_in(ada.group.id).await;
    assert_eq!(moved.iter().map(|contact| contact.id).collect::<BTreeSet<_>>(), expected);
    assert!(moved.iter().all(|contact| contact.updated_at == moved_at));

    let filter = ContactFilter::of_group(Some(ada.group.id));
    let contacts = &bench.store.contacts;
    let wrong = contacts.delete_matching(&ada.scope, Span::OneClient, &filter, count - 1).await.unwrap();
    assert_eq!(wrong, MatchingDeletion::CountChanged { actual: count });
    assert_eq!(everything(&ada).await.len(), expected.len() + 1, "a wrong count deletes nothing");
    let right = contacts.delete_matching(&ada.scope, Span::OneClient, &filter, count).await.unwrap();
    assert_eq!(right, MatchingDeletion::Done { deleted: count });
    assert_eq!([everything(&ada).await, everything(&eve).await].concat(), kept);
    assert_eq!(ada.default_group(shop.id).await, shop_group);
}

pub async fn a_large_group_is_deleted_while_others_insert(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let group = ada.group("Large").await;
    let kept = ada.contact("", "2348000000003").await;
    let filled = fill(&ada, &group, LARGE).await;

    let orphans = Watch::repeat(looked_for(&ada));
    let insert = tokio::spawn(insert_until_gone(ada.clone(), group.clone()));
    let outcome = delete(&bench, &ada.scope, group.id, ContactsFate::Delete).await;
    let inserted = insert.await.unwrap();
    orphans.stop().await;

    let count = u64::try_from(filled.len() + inserted.len()).unwrap();
    assert_eq!(outcome, GroupDeletion::Done { contacts: count });
    assert_eq!(everything(&ada).await, [kept]);
    assert_eq!(ada.dump().await.groups, slice::from_ref(&ada.group));
}
