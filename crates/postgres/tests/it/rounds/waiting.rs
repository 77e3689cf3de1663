//! What waits: bounded, finished when the store closes, and done whoever still waits for it.

use roster_domain::ports::{ContactCreation, StoreError};
use sqlx::Executor;

use super::scene::{Begun, Scene};

/// Whatever the rounds ask waits for this.
const STAND_STILL: &str = "BEGIN; LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE";

#[tokio::test]
async fn too_much_waiting_is_refused_at_once() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let contacts = &bench.store.contacts;
    let kept = ada.contact("Kept", "2348000000001").await;
    scene.other.execute(STAND_STILL).await.unwrap();
    let mut gets = vec![Begun::new(contacts.get(&ada.scope, kept.id))];
    scene.until_waiting(1).await;
    gets.push(Begun::new(contacts.get(&ada.scope, kept.id)));
    scene.until_waiting(2).await;
    gets.extend((0..2_048).map(|_| Begun::new(contacts.get(&ada.scope, kept.id))));
    let refused = contacts.get(&ada.scope, kept.id).await;
    assert!(matches!(refused, Err(StoreError::Overloaded)), "{refused:?}");
    scene.other.execute("ROLLBACK").await.unwrap();
    for get in gets {
        assert_eq!(get.answer().await.unwrap(), Some(kept.clone()));
    }
}

#[tokio::test]
async fn closing_finishes_what_waits() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let contacts = &bench.store.contacts;
    scene.other.execute(STAND_STILL).await.unwrap();
    let mut creations = vec![Begun::new(contacts.create(&ada.scope, bench.new_contact("2348000000001")))];
    scene.until_waiting(1).await;
    creations.extend(
        (0..300).map(|n| Begun::new(contacts.create(&ada.scope, bench.new_contact(&format!("2348000001{n:03}"))))),
    );
    let store = scene.store.clone();
    let close = async move { store.close().await };
    let mut close = Begun::new(close);
    assert!(close.is_answered().is_none());
    scene.other.execute("COMMIT").await.unwrap();
    close.answer().await;
    for creation in creations {
        assert!(matches!(creation.answer().await, Ok(ContactCreation::Done(_))));
    }
    while scene.connections().await > 0 {
        tokio::task::yield_now().await;
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM contacts").fetch_one(&mut scene.other).await.unwrap();
    assert_eq!(count, 301);
}

#[tokio::test]
async fn what_was_taken_in_is_done_for_nobody_too() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let contacts = &bench.store.contacts;
    // The guess of this region is wrong, so they take more than one round.
    scene.other.execute("UPDATE clients SET region = 'NG'; UPDATE contact_groups SET region = 'NG'").await.unwrap();
    for n in 0..50 {
        drop(Begun::new(contacts.create(&ada.scope, bench.new_contact(&format!("08031234{n:03}")))));
    }
    let done = "SELECT count(*) FROM contacts WHERE e164 LIKE '+2348031234%'";
    while sqlx::query_scalar::<_, i64>(done).fetch_one(&mut scene.other).await.unwrap() < 50 {
        tokio::task::yield_now().await;
    }
}
