//! Who gets which answer, and in which order things are done.

use roster_domain::ports::{ContactCreation, ContactDeletion, ContactUpdate};
use roster_domain::{ContactId, NewContact, Precondition, Version};

use super::scene::{Begun, Scene, named};

#[tokio::test]
async fn each_of_a_crowd_gets_its_own_answer() {
    let scene = Scene::new().await;
    let (bench, ada) = (&scene.bench, &scene.ada);
    let eve = bench.account("eve@example.org").await;
    let contacts = &bench.store.contacts;

    let new: Vec<NewContact> = (0..300).map(|n| bench.new_contact(&format!("23480000{n:05}"))).collect();
    let mut creations = Vec::new();
    for (n, new) in new.iter().enumerate() {
        let (scope, group_id) = match n % 3 {
            0 => (&ada.scope, None),
            1 => (&eve.scope, Some(eve.group.id)),
            _ => (&ada.scope, Some(eve.group.id)),
        };
        creations.push(Begun::new(contacts.create(scope, NewContact { group_id, ..new.clone() })));
    }
    for (n, creation) in creations.into_iter().enumerate() {
        match (n % 3, creation.answer().await.unwrap()) {
            (0, ContactCreation::Done(made)) => assert_eq!((made.id, made.group_id), (new[n].id, ada.group.id)),
            (1, ContactCreation::Done(made)) => assert_eq!((made.id, made.group_id), (new[n].id, eve.group.id)),
            (2, ContactCreation::UnknownGroup) => {}
            other => panic!("{other:?}"),
        }
    }

    let gets: Vec<_> = new.iter().map(|new| Begun::new(contacts.get(&ada.scope, new.id))).collect();
    for (n, get) in gets.into_iter().enumerate() {
        let found = get.answer().await.unwrap();
        assert_eq!(found.map(|found| found.number), (n % 3 == 0).then(|| new[n].number.clone()));
    }

    let changes: Vec<_> = new
        .iter()
        .enumerate()
        .map(|(n, new)| {
            let seen = match n % 2 {
                0 => Precondition::OneOf(vec![Version { created_at: new.created_at, revision: 0 }]),
                _ => Precondition::OneOf(vec![Version { created_at: new.created_at, revision: 7 }]),
            };
            Begun::new(contacts.update(&ada.scope, new.id, named(&format!("Name {n}")), seen, bench.now()))
        })
        .collect();
    for (n, change) in changes.into_iter().enumerate() {
        match (n % 3, n % 2, change.answer().await.unwrap()) {
            (0, 0, ContactUpdate::Done(changed)) => {
                assert_eq!((changed.id, changed.revision), (new[n].id, 1));
                assert_eq!(changed.name.as_str(), format!("Name {n}"));
            }
            (0, 1, ContactUpdate::Stale) | (1 | 2, _, ContactUpdate::Absent) => {}
            other => panic!("{other:?}"),
        }
    }

    let deletions: Vec<_> =
        new.iter().map(|new| Begun::new(contacts.delete(&eve.scope, new.id, Precondition::Exists))).collect();
    for (n, deletion) in deletions.into_iter().enumerate() {
        let expected = if n % 3 == 1 { ContactDeletion::Done } else { ContactDeletion::Absent };
        assert_eq!(deletion.answer().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn writes_to_one_row_keep_their_order() {
    let scene = Scene::new().await;
    let (bench, ada) = (&scene.bench, &scene.ada);
    let contacts = &bench.store.contacts;
    let new = bench.new_contact("2348000000001");
    let id: ContactId = new.id;

    let creation = Begun::new(contacts.create(&ada.scope, new));
    let mut changes = Vec::new();
    for name in ["Ada", "Bola", "Chidi", "Chidi"] {
        changes.push(Begun::new(contacts.update(&ada.scope, id, named(name), Precondition::Exists, bench.now())));
        // Something else for the same round.
        changes.push(Begun::new(contacts.update(
            &ada.scope,
            bench.id(),
            named(name),
            Precondition::Exists,
            bench.now(),
        )));
    }
    let deletion = Begun::new(contacts.delete(&ada.scope, id, Precondition::Exists));
    let late = Begun::new(contacts.update(&ada.scope, id, named("Late"), Precondition::Exists, bench.now()));

    assert!(matches!(creation.answer().await, Ok(ContactCreation::Done(_))));
    let mut revisions = Vec::new();
    for change in changes {
        match change.answer().await.unwrap() {
            ContactUpdate::Done(changed) => revisions.push((changed.name.as_str().to_owned(), changed.revision)),
            ContactUpdate::Absent => {}
            other => panic!("{other:?}"),
        }
    }
    let expected = [("Ada", 1), ("Bola", 2), ("Chidi", 3), ("Chidi", 3)];
    assert_eq!(revisions, expected.map(|(name, revision)| (name.to_owned(), revision)));
    assert_eq!(deletion.answer().await.unwrap(), ContactDeletion::Done);
    assert_eq!(late.answer().await.unwrap(), ContactUpdate::Absent);
}

#[tokio::test]
async fn any_of_several_versions_will_do() {
    let scene = Scene::new().await;
    let (bench, ada) = (&scene.bench, &scene.ada);
    let contacts = &bench.store.contacts;
    let made = ada.contact("Ada", "2348000000001").await;
    let version = |revision| Version { created_at: made.created_at, revision };
    let change = |name: &'static str, revisions: &[i64]| {
        let seen = Precondition::OneOf(revisions.iter().copied().map(version).collect());
        async move { contacts.update(&ada.scope, made.id, named(name), seen, bench.now()).await.unwrap() }
    };
    assert!(matches!(change("Bola", &[9, 0]).await, ContactUpdate::Done(_)));
    assert_eq!(change("Chidi", &[9, 0]).await, ContactUpdate::Stale);
    assert_eq!(change("Bola", &[]).await, ContactUpdate::Stale);
    let gone = contacts.update(&ada.scope, bench.id(), named(""), Precondition::OneOf(Vec::new()), bench.now());
    assert_eq!(gone.await.unwrap(), ContactUpdate::Absent);
    let delete = |revisions: [i64; 2]| {
        let seen = Precondition::OneOf(revisions.map(version).to_vec());
        async move { contacts.delete(&ada.scope, made.id, seen).await.unwrap() }
    };
    assert_eq!(delete([0, 9]).await, ContactDeletion::Stale);
    assert_eq!(delete([0, 1]).await, ContactDeletion::Done);
}
