//! Connections that die, and runtimes that end.

use std::thread;

use roster_domain::ports::{ContactCreation, StoreError};
use roster_domain::{ContactFilter, ContactOrder, Keyset, Limit, NewContact, Span};
use sqlx::Executor;

use super::scene::{Begun, Scene};

const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND application_name = 'roster'";

#[tokio::test]
async fn a_connection_that_died_in_its_sleep_costs_no_answer() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let contacts = &bench.store.contacts;
    let kept = ada.contact("Kept", "2348000000001").await;
    for _ in 0..3 {
        // Both that read have been in use.
        let mut gets: Vec<_> = (0..2).map(|_| Begun::new(contacts.get(&ada.scope, kept.id))).collect();
        scene.other.execute(KILL).await.unwrap();
        gets.extend((0..20).map(|_| Begun::new(contacts.get(&ada.scope, kept.id))));
        for get in gets {
            assert_eq!(get.answer().await.unwrap(), Some(kept.clone()));
        }
        scene.other.execute(KILL).await.unwrap();
        assert_eq!(contacts.get(&ada.scope, kept.id).await.unwrap(), Some(kept.clone()));
        scene.other.execute(KILL).await.unwrap();
        let (filter, keyset) = (ContactFilter::default(), Keyset { after: None, limit: Limit::parse("50").unwrap() });
        let page = contacts.page(&ada.scope, Span::OneClient, &filter, ContactOrder::Newest, keyset).await.unwrap();
        assert_eq!(page.items, std::slice::from_ref(&kept));
    }
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_done_once() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let contacts = &bench.store.contacts;
    ada.contact("First", "2348000000001").await;
    let new: Vec<_> = (0..10).map(|n| bench.new_contact(&format!("234800001{n:04}"))).collect();
    scene.other.execute(KILL).await.unwrap();
    come_through(&mut scene, &new[4]).await;
    let creations: Vec<_> = new.iter().map(|new| Begun::new(contacts.create(&ada.scope, new.clone()))).collect();
    for (new, creation) in new.iter().zip(creations) {
        match creation.answer().await.unwrap() {
            ContactCreation::Done(made) => assert_eq!((made.id, &made.number), (new.id, &new.number)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(scene.count().await, 11);
}

/// As if its commit had come through and its answer hadn't. There is one contact to take the rest from.
async fn come_through(scene: &mut Scene, new: &NewContact) {
    sqlx::query(
        "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, \
                               legacy_version, revision, number_kind, name_key, search_key) \
         SELECT user_id, $1, client_id, group_id, '', $2, channel, $3, $3, 0, 0, number_kind, '', '' FROM contacts",
    )
    .bind(new.id.as_bytes().as_slice())
    .bind(new.number.as_str())
    .bind(new.created_at.to_utc())
    .execute(&mut scene.other)
    .await
    .unwrap();
}

/// What went alone is a repetition still.
#[tokio::test]
async fn a_creation_that_is_repeated_and_waits_is_done_once() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    ada.contact("First", "2348000000001").await;
    scene.other.execute("BEGIN; LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let new = bench.new_contact("2348000000002");
    let id = new.id;
    let creation = Begun::new(bench.store.contacts.create(&ada.scope, new.clone()));

    let first = scene.until_another_waits(&[]).await;
    scene.signal("pg_terminate_backend", first).await;
    let second = scene.until_another_waits(&[first]).await;
    scene.signal("pg_cancel_backend", second).await;
    scene.until_another_waits(&[first, second]).await;
    come_through(&mut scene, &new).await;
    scene.other.execute("COMMIT").await.unwrap();

    match creation.answer().await.unwrap() {
        ContactCreation::Done(made) => assert_eq!(made.id, id),
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.count().await, 2);
}

/// So are the others of a round in which one can't be done.
#[tokio::test]
async fn creations_that_are_repeated_apart_are_done_once() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    ada.contact("First", "2348000000001").await;
    let new: Vec<_> = (0..10).map(|n| bench.new_contact(&format!("234800001{n:04}"))).collect();
    scene.other.execute("ALTER TABLE contacts ADD CHECK (number <> '2348000010007')").await.unwrap();
    scene.other.execute(KILL).await.unwrap();
    come_through(&mut scene, &new[4]).await;
    let creations: Vec<_> =
        new.iter().map(|new| Begun::new(bench.store.contacts.create(&ada.scope, new.clone()))).collect();
    for (n, creation) in creations.into_iter().enumerate() {
        match creation.answer().await {
            Err(StoreError::Failed(_)) if n == 7 => {}
            Ok(ContactCreation::Done(made)) if n != 7 => assert_eq!(made.id, new[n].id),
            other => panic!("{n}: {other:?}"),
        }
    }
    assert_eq!(scene.count().await, 10);
}

/// Each has connections of its own, which go with it.
#[tokio::test]
async fn two_runtimes_have_two_sets() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let kept = ada.contact("Kept", "2348000000001").await;
    assert_eq!(ada.get(kept.id).await, Some(kept.clone()));
    let before = scene.connections().await;
    let (there, kept_there) = (bench.clone(), kept.clone());
    let scope = ada.scope;
    let (hold, held) = tokio::sync::oneshot::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel();
    let elsewhere = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let found = there.store.contacts.get(&scope, kept_there.id).await.unwrap();
            tell.send(found).unwrap();
            held.await.unwrap();
            // What is under way when it ends concerns nobody else.
            drop(Begun::new(there.store.contacts.get(&scope, kept_there.id)));
        });
    });
    assert_eq!(told.await.unwrap(), Some(kept.clone()));
    assert_eq!(scene.connections().await, before + 1);
    hold.send(()).unwrap();
    elsewhere.join().unwrap();
    while scene.connections().await != before {
        tokio::task::yield_now().await;
    }
    assert_eq!(ada.get(kept.id).await, Some(kept));
}

/// A call that is polled outside any runtime is done on the store's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn outside_a_runtime_the_stores_own_is_used() {
    let scene = Scene::new().await;
    let kept = scene.ada.contact("Kept", "2348000000001").await;
    let (store, scope, id) = (scene.bench.store.clone(), scene.ada.scope, kept.id);
    let mut get = thread::spawn(move || {
        let get = async move { store.contacts.get(&scope, id).await };
        Begun::new(get)
    })
    .join()
    .unwrap();
    let found = loop {
        if let Some(found) = get.is_answered() {
            break found;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(found.unwrap(), Some(kept));
}

#[tokio::test]
async fn a_closed_store_takes_nothing() {
    let scene = Scene::new().await;
    let kept = scene.ada.contact("Kept", "2348000000001").await;
    scene.store.close().await;
    let refused = scene.bench.store.contacts.get(&scene.ada.scope, kept.id).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}
