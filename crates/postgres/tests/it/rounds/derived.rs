//! What contacts are found by follows them, whatever was guessed.

use roster_domain::ports::{ContactCreation, ContactUpdate};
use roster_domain::{Contact, ContactChanges, Derived, Number, Precondition, Region};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::scene::{Begun, Scene, named, numbered};

/// As the domain derives it.
fn expected(contact: &Contact, region: Option<&str>) -> (String, Option<String>, String, String) {
    let region = region.map(|region| Region::parse(region).unwrap());
    let derived = Derived::of(&contact.name, &contact.number, region.as_ref());
    (
        derived.number.kind.as_str().to_owned(),
        derived.number.e164.map(|e164| e164.as_str().to_owned()),
        derived.name_key.as_str().to_owned(),
        derived.search_key.as_str().to_owned(),
    )
}

async fn stored(other: &mut PgConnection, contact: &Contact) -> (String, Option<String>, String, String) {
    sqlx::query_as("SELECT number_kind, e164, name_key, search_key FROM contacts WHERE id = $1")
        .bind(contact.id.as_bytes().as_slice())
        .fetch_one(other)
        .await
        .unwrap()
}

fn done(update: ContactUpdate) -> Contact {
    if let ContactUpdate::Done(contact) = update { contact } else { panic!("{update:?}") }
}

#[tokio::test]
async fn each_change_takes_its_part_along() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let update = |id, changes: ContactChanges| {
        let (contacts, scope, at) = (bench.store.contacts.clone(), ada.scope, bench.later());
        async move { done(contacts.update(&scope, id, changes, Precondition::Exists, at).await.unwrap()) }
    };
    let made = ada.contact("Adébáyọ̀", "+234 803 123 4567").await;
    assert_eq!(stored(&mut scene.other, &made).await, expected(&made, None));
    for changes in [
        named("Ọláńrewájú"),
        numbered("status"),
        named(""),
        numbered("2348031234568"),
        ContactChanges { number: Number::parse("0803").ok(), ..named("Both") },
        named(&"\u{fdfa}".repeat(256)),
        numbered("(0803) 123-4567"),
    ] {
        let changed = update(made.id, changes).await;
        assert_eq!(stored(&mut scene.other, &changed).await, expected(&changed, None));
        assert_eq!(ada.get(made.id).await, Some(changed));
    }
}

#[tokio::test]
async fn what_is_not_derived_yet_is_left_to_the_derivation() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let made = ada.contact("Ada", "2348031234567").await;
    let contacts = &bench.store.contacts;
    let update = |changes| contacts.update(&ada.scope, made.id, changes, Precondition::Exists, bench.now());
    scene.other.execute("UPDATE contacts SET search_key = '', name_key = ''").await.unwrap();
    let changed = done(update(named("Bola")).await.unwrap());
    assert_eq!(stored(&mut scene.other, &changed).await.3, "");
    let changed = done(update(numbered("2348031234568")).await.unwrap());
    assert_eq!(stored(&mut scene.other, &changed).await.3, "");
    let both = ContactChanges { number: Number::parse("0803").ok(), ..named("Chidi") };
    let changed = done(update(both).await.unwrap());
    assert_eq!(stored(&mut scene.other, &changed).await, expected(&changed, None));
}

#[tokio::test]
async fn the_region_is_the_one_of_the_moment() {
    let mut scene = Scene::new().await;
    let (bench, ada) = (scene.bench.clone(), scene.ada.clone());
    let (second, _) = ada.client("Second").await;
    let contacts = &bench.store.contacts;
    let number = "08031234567";
    for (main, other) in [("NG", "GB"), ("NG", "NG"), ("GB", "NG")] {
        for (client, region) in [(&ada.client, main), (&second, other)] {
            let set = format!(
                "UPDATE clients SET region = '{region}' WHERE id = '\\x{id}'; \
                 UPDATE contact_groups SET region = '{region}' WHERE client_id = '\\x{id}'",
                id = client.id
            );
            scene.other.execute(AssertSqlSafe(set)).await.unwrap();
        }
        let mut creations = Vec::new();
        for n in 0..20 {
            let (scope, region) = if n % 2 == 0 { (ada.scope, main) } else { (ada.only(second.id), other) };
            let new = bench.new_contact(number);
            creations.push((Begun::new(async move { contacts.create(&scope, new).await }), region));
        }
        let mut changes = Vec::new();
        for (creation, region) in creations {
            let made = match creation.answer().await.unwrap() {
                ContactCreation::Done(made) => made,
                other => panic!("{other:?}"),
            };
            assert_eq!(stored(&mut scene.other, &made).await, expected(&made, Some(region)));
            // Whose they are isn't told, so the guess can't be right for all.
            let change =
                contacts.update(&ada.scope, made.id, numbered("08031234568"), Precondition::Exists, bench.now());
            changes.push((Begun::new(change), region));
        }
        for (change, region) in changes {
            let changed = done(change.answer().await.unwrap());
            assert_eq!(stored(&mut scene.other, &changed).await, expected(&changed, Some(region)));
        }
    }
}
