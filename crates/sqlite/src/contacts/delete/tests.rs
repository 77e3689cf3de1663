use std::time::Duration;

use roster_domain::ports::{ClientUpdate, Store};
use roster_domain::{
    Channel, ClientChanges, ContactFilter, Number, NumberKind, NumberSuffix, Region, SearchQuery, Span,
};
use roster_store_tests::{Bench, Owner};

use super::super::filtered;
use super::*;
use crate::{SqliteOptions, SqliteStore, connection, migrations};

/// Somebody at home in Nigeria, and the one connection there is: the store that made them is closed.
struct Scene {
    ada: Owner,
    connection: Connection,
}

/// With so many contacts, all alike.
async fn scene(contacts: usize) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roster.db");
    migrations::run(&path).unwrap();
    let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    let ada = Bench::new(Store::of(store.clone()), folder).account("ada@example.org").await;
    let region = Some(Region::parse("NG").ok());
    let (clients, at) = (&ada.bench.store.clients, ada.bench.now());
    let changes = ClientChanges { region, ..ClientChanges::default() };
    let settled = clients.update(&ada.account(), ada.client.id, changes, Precondition::Exists, at).await.unwrap();
    assert!(matches!(settled, ClientUpdate::Done(_)), "{settled:?}");
    ada.contact("Amina", "0803 123 4567").await;
    while ada.bench.store.housekeeping.derive_some().await.unwrap() {}
    store.close();
    let connection = connection::writer(&path, Duration::from_secs(2)).unwrap();
    connection
        .execute(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
            INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at,
                legacy_version, revision, number_kind, e164, name_key, search_key)
            SELECT user_id, randomblob(12), client_id, group_id, name, number, channel, created_at, updated_at,
                legacy_version, revision, number_kind, e164, name_key, search_key
            FROM contacts, n",
            [query::rows(contacts - 1)],
        )
        .unwrap();
    Scene { ada, connection }
}

/// Deletes what the list holds, of which this has meanwhile changed something.
fn delete_around(Scene { ada, connection }: &Scene, filter: &ContactFilter, change: &str) -> MatchingDeletion {
    let list = List::of(&ada.scope, Span::OneClient, filter);
    let found = filtered::ids(connection, &list).unwrap();
    assert_eq!(found.len() as u64, count(connection), "{filter:?}");
    connection.execute_batch(change).unwrap();
    let mut deletion = Matching::of(list, found);
    loop {
        if let Step::Done(outcome) = deletion.step(connection).unwrap() {
            return outcome;
        }
    }
}

fn count(connection: &Connection) -> u64 {
    connection.query_row("SELECT count(*) FROM contacts", [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs()
}

/// Each condition, and what takes one contact out of it.
fn conditions() -> Vec<(ContactFilter, &'static str)> {
    let any = ContactFilter::default;
    vec![
        (any(), "DELETE FROM contacts"),
        (ContactFilter { channel: Some(Channel::default()), ..any() }, "UPDATE contacts SET channel = 'sms'"),
        (
            ContactFilter { number: Some(Number::parse("08031234567").unwrap()), ..any() },
            "UPDATE contacts SET number = 'status', e164 = NULL",
        ),
        (
            ContactFilter { number_suffix: Some(NumberSuffix::parse("4567").unwrap()), ..any() },
            "UPDATE contacts SET search_key = 'amina'",
        ),
        (ContactFilter { kind: Some(NumberKind::Phone), ..any() }, "UPDATE contacts SET number_kind = 'other'"),
        (
            ContactFilter { search: Some(SearchQuery::parse("amina").unwrap()), ..any() },
            "UPDATE contacts SET search_key = 'bayo'",
        ),
    ]
}

#[tokio::test]
async fn what_leaves_a_list_before_its_turn_stays() {
    for contacts in [3, MANY_ROWS + 1] {
        let scene = scene(contacts).await;
        for (filter, change) in conditions() {
            let before = count(&scene.connection);
            scene.connection.execute_batch("BEGIN").unwrap();
            let change = format!("{change} WHERE id = (SELECT max(id) FROM contacts)");
            let gone = before - 1;
            if contacts > MANY_ROWS {
                assert_eq!(delete_around(&scene, &filter, &change), Done { deleted: gone }, "{change}");
                assert_eq!(count(&scene.connection), u64::from(!change.starts_with("DELETE")), "{change}");
            } else {
                assert_eq!(delete_around(&scene, &filter, &change), CountChanged { actual: gone }, "{change}");
                assert_eq!(count(&scene.connection), before - u64::from(change.starts_with("DELETE")), "{change}");
            }
            scene.connection.execute_batch("ROLLBACK").unwrap();
        }
    }
}

#[tokio::test]
async fn a_number_that_stands_for_another_before_its_turn_stays() {
    let scene = scene(3).await;
    let filter = ContactFilter { number: Some(Number::parse("08031234567").unwrap()), ..ContactFilter::default() };
    let change = "UPDATE clients SET region = 'GB', derive_after = x''";
    assert_eq!(delete_around(&scene, &filter, change), CountChanged { actual: 0 });
    assert_eq!(count(&scene.connection), 3);
}
