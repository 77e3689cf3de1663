//! Somebody holds what some of a round need: those wait, alone.

use roster_domain::ports::{ContactCreation, ContactDeletion, ContactUpdate, StoreError};
use roster_domain::{ContactChanges, NewContact, Precondition};
use sqlx::Executor;

use super::scene::{Begun, Scene, named, numbered};

#[tokio::test]
async fn a_locked_group_holds_up_only_those_who_need_it() {
    let mut scene = Scene::new().await;
    let friends = scene.ada.group("Friends").await;
    let known = scene.ada.contact("Known", "2348000000001").await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let contacts = &bench.store.contacts;
    scene.other.execute("BEGIN; SELECT FROM contact_groups WHERE title = 'Friends' FOR UPDATE").await.unwrap();

    let moving = ContactChanges { group_id: Some(friends.id), ..named("Moved") };
    let new = NewContact { group_id: Some(friends.id), ..bench.new_contact("2348000000002") };
    let (into, row) = (new.id, known.id);
    let mut creation = Begun::new(contacts.create(&ada.scope, new));
    let mut change = Begun::new(contacts.update(&ada.scope, row, moving, Precondition::Exists, bench.now()));
    let others: Vec<_> = (0..100)
        .map(|n| Begun::new(contacts.create(&ada.scope, bench.new_contact(&format!("234800001{n:04}")))))
        .collect();
    for other in others {
        assert!(matches!(other.answer().await, Ok(ContactCreation::Done(_))));
    }
    // They wait on the pool by now, and what comes after them for the same row waits behind them.
    scene.until_waiting(2).await;
    let mut later = Begun::new(contacts.delete(&ada.scope, row, Precondition::Exists));
    ada.contact("Meanwhile", "2348000000003").await;
    assert!(creation.is_answered().is_none() && change.is_answered().is_none() && later.is_answered().is_none());
    assert_eq!(contacts.get(&ada.scope, into).await.unwrap(), None);

    scene.other.execute("COMMIT").await.unwrap();
    match creation.answer().await.unwrap() {
        ContactCreation::Done(made) => assert_eq!(made.group_id, friends.id),
        other => panic!("{other:?}"),
    }
    match change.answer().await.unwrap() {
        ContactUpdate::Done(moved) => assert_eq!((moved.group_id, moved.revision), (friends.id, 1)),
        other => panic!("{other:?}"),
    }
    assert_eq!(later.answer().await.unwrap(), ContactDeletion::Done);
}

#[tokio::test]
async fn what_was_held_by_a_deletion_is_gone_afterwards() {
    let mut scene = Scene::new().await;
    let held = scene.ada.contact("Held", "2348000000001").await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let contacts = &bench.store.contacts;
    scene.other.execute("BEGIN; DELETE FROM contacts").await.unwrap();
    let changes = numbered("2348000000002");
    let change = Begun::new(contacts.update(&ada.scope, held.id, changes, Precondition::Exists, bench.now()));
    let new = contacts.create(&ada.scope, bench.new_contact("2348000000003"));
    assert!(matches!(new.await, Ok(ContactCreation::Done(_))));
    scene.until_waiting(1).await;
    scene.other.execute("COMMIT").await.unwrap();
    assert_eq!(change.answer().await.unwrap(), ContactUpdate::Absent);
}

/// The row isn't where it was when the statement began.
#[tokio::test]
async fn what_was_held_by_a_change_is_changed_on_top_of_it() {
    let mut scene = Scene::new().await;
    let held = scene.ada.contact("Held", "2348000000001").await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let contacts = &bench.store.contacts;
    let seen = Precondition::OneOf(vec![held.version()]);
    for (precondition, expected) in [(Precondition::Exists, true), (seen, false)] {
        scene.other.execute("BEGIN; UPDATE contacts SET name = 'Other', revision = revision + 1").await.unwrap();
        let changes = numbered(&format!("234800000{}", if expected { "0002" } else { "0003" }));
        let change = Begun::new(contacts.update(&ada.scope, held.id, changes, precondition.clone(), bench.now()));
        scene.until_waiting(1).await;
        scene.other.execute("COMMIT").await.unwrap();
        match change.answer().await.unwrap() {
            ContactUpdate::Done(changed) if expected => {
                assert_eq!((changed.name.as_str(), changed.number.as_str()), ("Other", "2348000000002"));
                assert_eq!(ada.get(held.id).await, Some(changed));
            }
            ContactUpdate::Stale if !expected => {}
            other => panic!("{other:?}"),
        }
    }
    scene.other.execute("BEGIN; UPDATE contacts SET revision = revision + 1").await.unwrap();
    let deletion = Begun::new(contacts.delete(&ada.scope, held.id, Precondition::Exists));
    scene.until_waiting(1).await;
    scene.other.execute("COMMIT").await.unwrap();
    assert_eq!(deletion.answer().await.unwrap(), ContactDeletion::Done);
}

#[tokio::test]
async fn one_that_cannot_be_done_fails_alone() {
    let scene = Scene::new().await;
    let (bench, ada) = (&scene.bench, &scene.ada);
    let contacts = &bench.store.contacts;
    let taken = ada.contact("Taken", "2348000000001").await;
    let creations: Vec<_> = (0..40)
        .map(|n| {
            let new = bench.new_contact(&format!("234800001{n:04}"));
            let id = if n % 13 == 5 { taken.id } else { new.id };
            Begun::new(contacts.create(&ada.scope, NewContact { id, ..new }))
        })
        .collect();
    for (n, creation) in creations.into_iter().enumerate() {
        match creation.answer().await {
            Err(StoreError::Failed(_)) if n % 13 == 5 => {}
            Ok(ContactCreation::Done(_)) if n % 13 != 5 => {}
            other => panic!("{n}: {other:?}"),
        }
    }
    assert_eq!(ada.get(taken.id).await, Some(taken));
}
