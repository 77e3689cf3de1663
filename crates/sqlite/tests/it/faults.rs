//! What goes wrong around the store.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use roster_domain::ports::{ContactCreation, MatchingDeletion, StoreError};
use roster_domain::{ContactFilter, Span};
use roster_sqlite::SqliteOptions;
use rusqlite::Connection;

use crate::place::{self, another_writer};

#[tokio::test]
async fn too_many_writes_are_refused_at_once_and_the_others_done() {
    let options = SqliteOptions { write_queue: 4, busy_timeout: Duration::from_secs(60), ..SqliteOptions::default() };
    let (_store, bench, path) = place::open(&options);
    let owner = bench.account("ada@example.org").await;

    let busy = another_writer(&path);
    let contacts: Vec<_> = (0..6).map(|n| bench.new_contact(&format!("234800000000{n}"))).collect();
    let ids: Vec<_> = contacts.iter().map(|contact| contact.id).collect();
    let writes = join_all(contacts.into_iter().map(|contact| bench.store.contacts.create(&owner.scope, contact)));
    // Polled in this order: all six have asked when the other process ends.
    let (answers, ()) = tokio::join!(writes, async { drop(busy) });

    let mut refused = 0;
    for (id, answer) in ids.into_iter().zip(answers) {
        match answer {
            Ok(ContactCreation::Done(contact)) => assert_eq!(owner.get(id).await, Some(contact)),
            Err(StoreError::Overloaded) => {
                refused += 1;
                assert_eq!(owner.get(id).await, None);
            }
            other => panic!("{other:?}"),
        }
    }
    // One may have been with the writer already, beside the four that wait.
    assert!((1..=2).contains(&refused), "{refused}");
}

#[tokio::test]
async fn a_write_behind_another_process_is_unavailable_and_reads_go_on() {
    let options = SqliteOptions { busy_timeout: Duration::from_millis(1), ..SqliteOptions::default() };
    let (_store, bench, path) = place::open(&options);
    let owner = bench.account("ada@example.org").await;

    let busy = another_writer(&path);
    let refused = bench.store.contacts.create(&owner.scope, bench.new_contact("2348000000001")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(owner.get_group(owner.group.id).await, Some(owner.group.clone()));
    drop(busy);
    owner.contact("Amina", "2348000000002").await;
}

#[tokio::test]
async fn what_a_deletion_would_take_is_looked_for_beside_the_writer() {
    let options = SqliteOptions { busy_timeout: Duration::from_millis(1), ..SqliteOptions::default() };
    let (_store, bench, path) = place::open(&options);
    let owner = bench.account("ada@example.org").await;
    owner.contact("Amina", "2348000000001").await;

    let busy = another_writer(&path);
    let (contacts, all) = (&bench.store.contacts, ContactFilter::default());
    let wrong = contacts.delete_matching(&owner.scope, Span::OneClient, &all, 2).await.unwrap();
    assert_eq!(wrong, MatchingDeletion::CountChanged { actual: 1 });
    let right = contacts.delete_matching(&owner.scope, Span::OneClient, &all, 1).await;
    assert!(matches!(right, Err(StoreError::Unavailable(_))), "{right:?}");
    drop(busy);
    let right = contacts.delete_matching(&owner.scope, Span::OneClient, &all, 1).await.unwrap();
    assert_eq!(right, MatchingDeletion::Done { deleted: 1 });
}

#[tokio::test]
async fn a_caller_who_leaves_takes_nothing_back() {
    let options = SqliteOptions { busy_timeout: Duration::from_secs(60), ..SqliteOptions::default() };
    let (_store, bench, path) = place::open(&options);
    let owner = bench.account("ada@example.org").await;

    let busy = another_writer(&path);
    let contact = bench.new_contact("2348000000001");
    let id = contact.id;
    let left = bench.store.contacts.create(&owner.scope, contact).now_or_never();
    assert!(left.is_none(), "asked once, then left");
    drop(busy);
    // Behind it in the queue.
    owner.contact("Bola", "2348000000002").await;
    assert!(owner.get(id).await.is_some());
}

#[tokio::test]
async fn an_id_given_twice_is_a_failure_and_undone() {
    let (_store, bench, _path) = place::open(&SqliteOptions::default());
    let owner = bench.account("ada@example.org").await;
    let contact = owner.contact("Amina", "2348000000001").await;
    let before = owner.dump().await;
    let again = roster_domain::NewContact { id: contact.id, ..bench.new_contact("2348000000002") };
    let failed = bench.store.contacts.create(&owner.scope, again).await;
    assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
    assert_eq!(owner.dump().await, before);
}

#[tokio::test]
async fn a_table_that_is_missing_is_a_failure_until_it_is_back() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let owner = bench.account("ada@example.org").await;
    // Another process has shut the tables away.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("ALTER TABLE contacts RENAME TO elsewhere").unwrap();
    let failed = bench.store.contacts.get(&owner.scope, bench.id()).await;
    assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
    other.execute_batch("ALTER TABLE elsewhere RENAME TO contacts").unwrap();
    assert_eq!(bench.store.contacts.get(&owner.scope, bench.id()).await.unwrap(), None);
}
