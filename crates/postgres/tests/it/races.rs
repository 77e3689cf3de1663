//! Acts that find, when a lock is let go, that the world has changed: another connection holds the lock and decides what
//! they find.

use std::fmt::Debug;
use std::future::Future;

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ContactCreation, GroupDeletion, MANY_ROWS, MatchingDeletion};
use roster_domain::{ContactFilter, ContactsFate, NewContact, Precondition, Span};
use roster_store_tests::{Bench, Owner};
use sqlx::{Connection, Executor, PgConnection};
use tokio::task::JoinHandle;

use crate::stored::Stored;

/// One user with an empty group beside the default one, and a connection that is none of the store's.
pub async fn scene() -> (Bench, Owner, PgConnection) {
    let stored = Stored::fresh().await;
    let other = PgConnection::connect(stored.database.url()).await.unwrap();
    let bench = stored.bench();
    let ada = bench.account("ada@example.org").await;
    (bench, ada, other)
}

/// Begins the act, and comes back when it waits for a lock.
pub async fn waiting<T, F>(other: &mut PgConnection, act: F) -> JoinHandle<T>
where
    T: Debug + Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let task = tokio::spawn(act);
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut *other).await.unwrap() {
        if task.is_finished() {
            panic!("it didn't wait: {:?}", task.await);
        }
        // Statistics stand still within a transaction.
        other.execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
        tokio::task::yield_now().await;
    }
    task
}

/// Makes the group that isn't the default the one that is.
const SWAP: &str = "UPDATE contact_groups SET is_default = false WHERE title = 'Everyone';
                    UPDATE contact_groups SET is_default = true WHERE title = 'Friends';";

/// Gives the group so many contacts.
async fn fill(other: &mut PgConnection, contacts: usize) {
    sqlx::query(
        "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, \
                               legacy_version, revision, number_kind, name_key, search_key) \
         SELECT user_id, decode(lpad(to_hex(n), 24, '0'), 'hex'), client_id, id, '', '2348000000001', 'whatsapp', \
                'epoch', 'epoch', 0, 0, 'other', '', '' \
         FROM contact_groups, generate_series(1, $1) n WHERE title = 'Friends'",
    )
    .bind(contacts as i32)
    .execute(other)
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_becomes_the_default_is_spared_with_its_contacts() {
    for contacts in [3, MANY_ROWS + 1] {
        for fate in [ContactsFate::Move, ContactsFate::Delete] {
            let (bench, ada, mut other) = scene().await;
            let friends = ada.group("Friends").await;
            fill(&mut other, contacts).await;

            other.execute("BEGIN; SELECT FROM clients FOR NO KEY UPDATE").await.unwrap();
            let (store, scope, at) = (bench.store.clone(), ada.scope, bench.later());
            let deletion = async move { store.groups.delete(&scope, friends.id, fate, Exists, at).await };
            let deletion = waiting(&mut other, deletion).await;
            other.execute(SWAP).await.unwrap();
            other.execute("COMMIT").await.unwrap();

            assert_eq!(deletion.await.unwrap().unwrap(), GroupDeletion::DefaultGroup);
            assert_eq!(ada.contacts_in(friends.id).await.len(), contacts, "{fate:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_goes_to_the_default_group_of_the_moment_it_is_made() {
    let (bench, ada, mut other) = scene().await;
    let friends = ada.group("Friends").await;

    other.execute("BEGIN; SELECT FROM contact_groups WHERE title = 'Everyone' FOR UPDATE").await.unwrap();
    let (store, scope, contact) = (bench.store.clone(), ada.scope, bench.new_contact("2348000000001"));
    let creation = async move { store.contacts.create(&scope, contact).await };
    let creation = waiting(&mut other, creation).await;
    other.execute(SWAP).await.unwrap();
    other.execute("DELETE FROM contact_groups WHERE title = 'Everyone'; COMMIT").await.unwrap();

    match creation.await.unwrap().unwrap() {
        ContactCreation::Done(contact) => assert_eq!(contact.group_id, friends.id),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_for_a_group_that_goes_meanwhile_is_refused() {
    let (bench, ada, mut other) = scene().await;
    let friends = ada.group("Friends").await;

    other.execute("BEGIN; DELETE FROM contact_groups WHERE title = 'Friends'").await.unwrap();
    let contact = NewContact { group_id: Some(friends.id), ..bench.new_contact("2348000000001") };
    let (store, scope) = (bench.store.clone(), ada.scope);
    let creation = async move { store.contacts.create(&scope, contact).await };
    let creation = waiting(&mut other, creation).await;
    other.execute("COMMIT").await.unwrap();

    assert_eq!(creation.await.unwrap().unwrap(), ContactCreation::UnknownGroup);
}

/// Also with an id below those that go: an import's, or another server's of the same second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_into_a_list_while_it_is_deleted_stays() {
    let (bench, ada, mut other) = scene().await;
    let friends = ada.group("Friends").await;
    fill(&mut other, MANY_ROWS + 1).await;

    // A row of the second step.
    let hold = "BEGIN; SELECT FROM contacts WHERE id = decode(lpad(to_hex(3000), 24, '0'), 'hex') FOR UPDATE";
    other.execute(hold).await.unwrap();
    let (store, scope) = (bench.store.clone(), ada.scope);
    let (filter, expected) = (ContactFilter::of_group(Some(friends.id)), MANY_ROWS as u64 + 1);
    let deletion = async move { store.contacts.delete_matching(&scope, Span::AllClients, &filter, expected).await };
    let deletion = waiting(&mut other, deletion).await;
    let come = "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, \
                                      legacy_version, revision, number_kind, name_key, search_key) \
                SELECT user_id, decode(repeat('00', 12), 'hex'), client_id, id, '', '2348000000001', 'whatsapp', \
                       'epoch', 'epoch', 0, 0, 'other', '', '' \
                FROM contact_groups WHERE title = 'Friends'";
    other.execute(come).await.unwrap();
    other.execute("COMMIT").await.unwrap();

    assert_eq!(deletion.await.unwrap().unwrap(), MatchingDeletion::Done { deleted: expected });
    assert_eq!(ada.contacts_in(friends.id).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_changes_before_it_goes_stays() {
    for contacts in [3, MANY_ROWS + 1] {
        let (bench, ada, mut other) = scene().await;
        let friends = ada.group("Friends").await;
        fill(&mut other, contacts).await;

        other.execute("BEGIN; SELECT FROM clients FOR NO KEY UPDATE").await.unwrap();
        let (store, scope, at) = (bench.store.clone(), ada.scope, bench.later());
        let seen = Precondition::OneOf(vec![friends.version()]);
        let deletion = async move { store.groups.delete(&scope, friends.id, ContactsFate::Move, seen, at).await };
        let deletion = waiting(&mut other, deletion).await;
        other.execute("UPDATE contact_groups SET revision = revision + 1 WHERE title = 'Friends'").await.unwrap();
        other.execute("COMMIT").await.unwrap();

        assert_eq!(deletion.await.unwrap().unwrap(), GroupDeletion::Stale);
        let left = ada.contacts_in(friends.id).await.len();
        assert!(left == contacts || contacts > MANY_ROWS, "{left}");
        assert_eq!(ada.contacts_in(ada.group.id).await.len() + left, contacts);
    }
}
