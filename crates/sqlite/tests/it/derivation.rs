//! Deriving anew what contacts are found by.

use std::slice;

use roster_domain::ports::{ClientUpdate, STEP_ROWS, Store, StoreError};
use roster_domain::{
    ClientChanges, ContactFilter, ContactOrder, Keyset, Limit, Number, Precondition, Region, SearchQuery, Span,
};
use roster_sqlite::{SqliteOptions, SqliteStore, migrations};
use roster_store_tests::Owner;
use rusqlite::{Connection, params};

use crate::place;

async fn moves_to(owner: &Owner, region: &str) {
    let changes = ClientChanges { region: Some(Some(Region::parse(region).unwrap())), ..ClientChanges::default() };
    let (account, at) = (owner.account(), owner.bench.now());
    let clients = &owner.bench.store.clients;
    let moved = clients.update(&account, owner.client.id, changes, Precondition::Exists, at).await.unwrap();
    assert!(matches!(moved, ClientUpdate::Done(_)), "{moved:?}");
}

async fn holds(owner: &Owner, filter: &ContactFilter) -> u64 {
    owner.bench.store.contacts.count(&owner.scope, Span::OneClient, filter).await.unwrap()
}

fn by_number(text: &str) -> ContactFilter {
    ContactFilter { number: Some(Number::parse(text).unwrap()), ..ContactFilter::default() }
}

fn is_through(path: &std::path::Path) -> bool {
    let sql = "SELECT count(*) = 0 FROM clients WHERE derive_after IS NOT NULL";
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Copies of a contact: so many that they take several steps.
fn multiply(path: &std::path::Path, number: &str) {
    Connection::open(path)
        .unwrap()
        .execute(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
            INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at,
                legacy_version, revision, number_kind, e164, name_key, search_key)
            SELECT user_id, randomblob(12), client_id, group_id, name, number, channel, created_at, updated_at,
                legacy_version, revision, number_kind, e164, name_key, search_key
            FROM contacts, n WHERE number = ?1",
            params![number, 3 * STEP_ROWS as i64],
        )
        .unwrap();
}

#[tokio::test]
async fn it_follows_a_change_of_region_by_itself() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    ada.contact("Amina", "0803 123 4567").await;
    multiply(&path, "0803 123 4567");
    moves_to(&ada, "NG").await;
    // Each write lets it have a turn sooner or later.
    let mut writes = 0;
    while !is_through(&path) {
        ada.contact("Bola", "status").await;
        writes += 1;
        assert!(writes < 1_000, "it never gets through");
    }
    let all = 1 + 3 * STEP_ROWS as u64;
    assert_eq!(holds(&ada, &by_number("+2348031234567")).await, all);
    assert!(!bench.store.housekeeping.derive_some().await.unwrap(), "nothing is left to do");
}

#[tokio::test]
async fn cut_short_it_is_gone_on_with() {
    let (store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    ada.contact("Amina", "0803 123 4567").await;
    multiply(&path, "0803 123 4567");
    moves_to(&ada, "NG").await;
    store.close();
    assert!(!is_through(&path));

    let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    let mut again = bench.clone();
    again.store = Store::of(store);
    let ada = Owner { bench: again, ..ada };
    let all = 1 + 3 * STEP_ROWS as u64;
    loop {
        assert_eq!(holds(&ada, &by_number("00234 803 123 4567")).await, all, "right at every step");
        if !ada.bench.store.housekeeping.derive_some().await.unwrap() {
            break;
        }
    }
    assert!(is_through(&path));
}

/// What stands in the way of one client is an error once all others are through, and no sooner.
#[tokio::test]
async fn a_client_that_cant_be_derived_keeps_no_other_waiting() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let mut owners = Vec::new();
    for (turn, name) in ["Stuck", "Bola"].into_iter().enumerate() {
        let owner = bench.account(&format!("user-{turn}@example.org")).await;
        owner.contact(name, "0803 123 4567").await;
        owners.push(owner);
    }
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER stuck BEFORE UPDATE OF e164 ON contacts WHEN NEW.name = 'Stuck'
                BEGIN SELECT raise(ABORT, 'stuck'); END;
            UPDATE clients SET region = 'NG', derive_after = x''",
        )
        .unwrap();
    let housekeeping = &bench.store.housekeeping;
    let mut calls = 0;
    let refused = loop {
        match housekeeping.derive_some().await {
            Ok(true) => calls += 1,
            outcome => break outcome,
        }
        assert!(calls < 1_000, "it never ends");
    };
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    let unfinished = "SELECT user_id FROM clients WHERE derive_after IS NOT NULL";
    let unfinished: Vec<u8> = other.query_row(unfinished, [], |row| row.get(0)).unwrap();
    assert_eq!(unfinished, owners[0].user.id.as_bytes());

    other.execute_batch("DROP TRIGGER stuck").unwrap();
    while housekeeping.derive_some().await.unwrap() {}
    assert!(is_through(&path));
}

#[tokio::test]
async fn contacts_from_before_are_found_when_it_is_through() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    let amina = ada.contact("Ámina Bello", "+234 803 123 4567").await;
    let before = ada.dump().await;
    // To before there was anything derived, and back.
    while migrations::revert(&path).unwrap().unwrap().version > 9 {}
    migrations::run(&path).unwrap();

    while bench.store.housekeeping.derive_some().await.unwrap() {}
    let keyset = Keyset { after: None, limit: Limit::parse("9").unwrap() };
    let search = ContactFilter { search: Some(SearchQuery::parse("amina 4567").unwrap()), ..ContactFilter::default() };
    for filter in [search, by_number("2348031234567")] {
        let contacts = &bench.store.contacts;
        let page =
            contacts.page(&ada.scope, Span::OneClient, &filter, ContactOrder::Name, keyset.clone()).await.unwrap();
        assert_eq!(page.items, slice::from_ref(&amina));
    }
    assert_eq!(ada.dump().await, before);
}
