//! What stands in the folder.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use roster_domain::ports::{Store, StoreError};
use roster_sqlite::{OpenError, SqliteOptions, SqliteStore, migrations};

use crate::place;

/// The files beside the database, each with its mode.
fn files(path: &Path) -> BTreeMap<String, u32> {
    let folder = path.parent().unwrap();
    folder
        .read_dir()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().permissions().mode() & 0o777)
        })
        .collect()
}

#[tokio::test]
async fn nobody_else_may_read_any_of_them() {
    let (store, bench, path) = place::open(&SqliteOptions::default());
    bench.account("ada@example.org").await;
    let open = files(&path);
    assert_eq!(open.keys().collect::<Vec<_>>(), ["roster.db", "roster.db-shm", "roster.db-wal", "roster.db.lock"]);
    assert!(open.values().all(|&mode| mode == 0o600), "{open:?}");
    store.close();
}

#[tokio::test]
async fn closed_all_of_it_is_in_one_file() {
    let (store, bench, path) = place::open(&SqliteOptions::default());
    let owner = bench.account("ada@example.org").await;
    let contact = owner.contact("Amina", "2348000000001").await;
    store.close();
    assert_eq!(files(&path).into_keys().collect::<Vec<_>>(), ["roster.db", "roster.db.lock"]);

    let reopened = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    let found = Store::of(reopened).contacts.get(&owner.scope, contact.id).await.unwrap();
    assert_eq!(found, Some(contact));
}

#[tokio::test]
async fn dropped_it_closes() {
    let (folder, path) = place::empty_folder();
    migrations::run(&path).unwrap();
    let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    Store::of(store.clone()).health.check().await.unwrap();
    drop(store);
    assert_eq!(files(&path).into_keys().collect::<Vec<_>>(), ["roster.db", "roster.db.lock"]);
    drop(folder);
}

#[tokio::test]
async fn closed_it_says_so_and_may_be_closed_again() {
    let (store, bench, _path) = place::open(&SqliteOptions::default());
    let owner = bench.account("ada@example.org").await;
    store.close();
    store.close();
    let read = bench.store.groups.get(&owner.scope, owner.group.id).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    let written = bench.store.contacts.create(&owner.scope, bench.new_contact("2348000000001")).await;
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
}

#[tokio::test]
async fn a_file_that_is_not_migrated_is_not_well() {
    let (_folder, path) = place::empty_folder();
    let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    let unwell = Store::of(store.clone()).health.check().await;
    assert!(matches!(unwell, Err(StoreError::Unavailable(_))), "{unwell:?}");
    migrations::run(&path).unwrap();
    Store::of(store).health.check().await.unwrap();
}

#[test]
fn what_is_no_database_is_refused() {
    let (_folder, path) = place::empty_folder();
    std::fs::write(&path, "these are not the pages of a database, by a long way\n".repeat(100)).unwrap();
    let refused = SqliteStore::open(&path, &SqliteOptions::default());
    assert!(matches!(refused.map(drop), Err(OpenError::Database { .. })));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let (_folder, path) = place::empty_folder();
    let missing = path.join("roster.db");
    let refused = SqliteStore::open(&missing, &SqliteOptions::default()).map(drop).unwrap_err();
    assert!(refused.to_string().contains(&path.display().to_string()), "{refused}");
}
