//! What the store ends, its listeners have heard of when it answers.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use futures_util::FutureExt;
use roster_domain::ports::{ClientDeletion, Due, EndTimes, MANY_ROWS, Revocation, Store, UserErasure, UserUpdate};
use roster_domain::{
    AuditEvent, ClientId, Email, NewCredentials, PasswordChange, Precondition, TokenHash, UserChanges,
};
use roster_sqlite::SqliteOptions;
use roster_store_tests::Owner;
use rusqlite::Connection;

use crate::place::{self, another_writer};

/// What a listener hears.
struct Ear(Receiver<Revocation>);

impl Ear {
    fn of(store: &Store) -> Self {
        let (sender, receiver) = channel();
        store.revocations.listen(Box::new(move |revocation| {
            let _ = sender.send(revocation);
        }));
        Self(receiver)
    }

    /// All that it has heard since it was last asked.
    fn heard(&self) -> Vec<Revocation> {
        self.0.try_iter().collect()
    }

    /// It has heard this once since it was last asked, and nothing else.
    fn assert_heard_of(&self, owner: &Owner) {
        assert_eq!(self.heard(), [Revocation::User(owner.user.id)]);
    }
}

async fn end_all(owner: &Owner) -> u64 {
    let (sessions, at) = (&owner.bench.store.sessions, owner.bench.now());
    sessions.end_all(&owner.account(), at, owner.entry(AuditEvent::SessionsEnded)).await.unwrap()
}

async fn change(owner: &Owner, changes: UserChanges, verified: Option<&str>) -> UserUpdate {
    let (users, at) = (&owner.bench.store.users, owner.bench.now());
    users.update(&owner.account(), changes, verified, Precondition::Exists, at, Vec::new()).await.unwrap()
}

fn new_password(owner: &Owner, hash: &str) -> UserChanges {
    let keep = owner.bench.new_session(owner.user.id).id;
    let password = Some(PasswordChange { hash: hash.to_owned(), keep });
    UserChanges { password, ..UserChanges::default() }
}

async fn set_password(owner: &Owner, hash: &str) -> bool {
    let (operator, at) = (&owner.bench.store.operator, owner.bench.now());
    operator.set_password(owner.user.id, hash, at, owner.entry(AuditEvent::PasswordChanged)).await.unwrap()
}

async fn set_disabled(owner: &Owner, disabled: bool) -> bool {
    let (operator, at) = (&owner.bench.store.operator, owner.bench.now());
    operator.set_disabled(owner.user.id, disabled, at, owner.entry(AuditEvent::AccountDisabled)).await.unwrap()
}

async fn replace_credentials(owner: &Owner, client: ClientId) -> bool {
    let (bench, entry) = (&owner.bench, owner.entry(AuditEvent::CredentialsReplaced));
    let new = NewCredentials { session_id: bench.new_client("Shop").session_id, token_hash: TokenHash(bench.bytes()) };
    let clients = &bench.store.clients;
    clients.replace_credentials(&owner.account(), client, new, bench.now(), entry).await.unwrap().is_some()
}

async fn delete_client(owner: &Owner, client: ClientId, with_contacts: bool) -> ClientDeletion {
    let (clients, entry) = (&owner.bench.store.clients, owner.entry(AuditEvent::ClientDeleted));
    clients.delete(&owner.account(), client, with_contacts, Precondition::Exists, entry).await.unwrap()
}

async fn erase(owner: &Owner, verified: &str) -> UserErasure {
    let (bench, entry) = (&owner.bench, owner.bench.new_entry(AuditEvent::AccountErased, None));
    bench.store.users.erase(&owner.account(), verified, Precondition::Exists, bench.now(), entry).await.unwrap()
}

#[tokio::test]
async fn every_act_that_ends_something_is_heard_before_its_answer() {
    let (_store, bench, _path) = place::open(&SqliteOptions::default());
    let ear = Ear::of(&bench.store);
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let session = ada.session().await;
    ada.session().await;
    assert_eq!(ear.heard(), []);

    assert!(ada.end(session.id).await);
    ear.assert_heard_of(&ada);
    assert_eq!(end_all(&ada).await, 1);
    ear.assert_heard_of(&ada);
    assert!(matches!(change(&ada, new_password(&ada, "$new"), None).await, UserUpdate::Done(_)));
    ear.assert_heard_of(&ada);
    assert!(set_password(&ada, "$newer").await);
    ear.assert_heard_of(&ada);
    assert!(replace_credentials(&ada, shop.id).await);
    ear.assert_heard_of(&ada);
    assert_eq!(delete_client(&ada, shop.id, false).await, ClientDeletion::Done { contacts: 0 });
    ear.assert_heard_of(&ada);
    assert!(set_disabled(&ada, true).await);
    ear.assert_heard_of(&ada);
    assert!(set_disabled(&ada, false).await);
    assert_eq!(ear.heard(), [], "letting somebody in again ends nothing");
    assert_eq!(erase(&ada, "$newer").await, UserErasure::Done);
    ear.assert_heard_of(&ada);
}

#[tokio::test]
async fn acts_that_end_nothing_are_not_heard() {
    let (_store, bench, _path) = place::open(&SqliteOptions::default());
    let ear = Ear::of(&bench.store);
    let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
    let hers = eve.session().await;
    let (shop, group) = ada.client("Shop").await;
    ada.contact_in(&group, "2348000000001").await;

    let hash = bench.store.users.password_hash(&ada.account()).await.unwrap().unwrap();
    bench.store.users.rehash(&ada.account(), &hash, "$same").await.unwrap();
    assert!(!ada.end(hers.id).await);
    assert_eq!(end_all(&ada).await, 0);
    let email = Some(Email::parse("new@example.org").unwrap());
    let changed = change(&ada, UserChanges { email, ..UserChanges::default() }, None).await;
    assert!(matches!(changed, UserUpdate::Done(_)));
    assert_eq!(change(&ada, new_password(&ada, "$new"), Some("$old")).await, UserUpdate::PasswordChanged);
    assert!(!replace_credentials(&ada, eve.client.id).await);
    assert_eq!(delete_client(&ada, eve.client.id, true).await, ClientDeletion::Absent);
    assert_eq!(delete_client(&ada, ada.client.id, true).await, ClientDeletion::DefaultClient);
    assert_eq!(delete_client(&ada, shop.id, false).await, ClientDeletion::NotEmpty);
    assert!(set_disabled(&ada, false).await);
    assert_eq!(erase(&ada, "$old").await, UserErasure::PasswordChanged);
    let now = bench.now();
    bench
        .store
        .housekeeping
        .sweep(Due { counters: now, sessions: now, audit: now, imports: EndTimes { ended_at: now, expires_at: now } })
        .await
        .unwrap();
    assert_eq!(ear.heard(), []);

    assert!(set_disabled(&ada, true).await);
    ear.assert_heard_of(&ada);
    assert!(set_disabled(&ada, true).await);
    assert_eq!(erase(&ada, "$same").await, UserErasure::Absent);
    assert_eq!(ear.heard(), []);
}

#[tokio::test]
async fn a_deletion_in_steps_is_heard_once() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ear = Ear::of(&bench.store);
    let ada = bench.account("ada@example.org").await;
    let (shop, group) = ada.client("Shop").await;
    let contact = ada.contact_in(&group, "2348000000001").await;
    // With the one that they are like, more than go in one transaction.
    let filled = Connection::open(&path)
        .unwrap()
        .execute(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
            INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at,
                legacy_version, revision)
            SELECT user_id, randomblob(12), client_id, group_id, name, number, channel, created_at, updated_at,
                legacy_version, revision FROM contacts, n WHERE id = ?1",
            rusqlite::params![contact.id.as_bytes(), MANY_ROWS as i64],
        )
        .unwrap();
    let contacts = filled as u64 + 1;
    assert_eq!(delete_client(&ada, shop.id, true).await, ClientDeletion::Done { contacts });
    ear.assert_heard_of(&ada);
}

#[tokio::test]
async fn what_is_ended_for_a_caller_who_left_is_heard() {
    let options = SqliteOptions { busy_timeout: Duration::from_secs(60), ..SqliteOptions::default() };
    let (_store, bench, path) = place::open(&options);
    let ear = Ear::of(&bench.store);
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let session = ada.session().await;
    ada.session().await;

    let busy = another_writer(&path);
    let left = [
        ada.end(session.id).now_or_never().is_none(),
        end_all(&ada).now_or_never().is_none(),
        change(&ada, new_password(&ada, "$new"), None).now_or_never().is_none(),
        set_password(&ada, "$newer").now_or_never().is_none(),
        replace_credentials(&ada, shop.id).now_or_never().is_none(),
        set_disabled(&ada, true).now_or_never().is_none(),
        set_disabled(&ada, false).now_or_never().is_none(),
        delete_client(&ada, shop.id, false).now_or_never().is_none(),
        erase(&ada, "$newer").now_or_never().is_none(),
    ];
    assert_eq!(left, [true; 9], "asked once, then left");
    assert_eq!(ear.heard(), []);
    drop(busy);
    // Behind them in both lines.
    bench.account("eve@example.org").await;
    bench
        .store
        .housekeeping
        .sweep(Due {
            counters: bench.now(),
            sessions: bench.now(),
            audit: bench.now(),
            imports: EndTimes { ended_at: bench.now(), expires_at: bench.now() },
        })
        .await
        .unwrap();
    assert_eq!(ear.heard(), [Revocation::User(ada.user.id); 8]);
}

#[tokio::test]
async fn several_may_listen_and_add_others() {
    let (_store, bench, _path) = place::open(&SqliteOptions::default());
    let (first, second) = (Ear::of(&bench.store), Ear::of(&bench.store));
    let (sender, late) = channel();
    // Not the store itself, which would be kept open by its own listener.
    let revocations = std::sync::Arc::downgrade(&bench.store.revocations);
    bench.store.revocations.listen(Box::new(move |_| {
        let sender = sender.clone();
        revocations.upgrade().unwrap().listen(Box::new(move |revocation| {
            let _ = sender.send(revocation);
        }));
    }));
    let ada = bench.account("ada@example.org").await;
    assert!(set_password(&ada, "$new").await);
    for ear in [&first, &second] {
        ear.assert_heard_of(&ada);
    }
    assert_eq!(late.try_iter().count(), 0);
    assert!(set_password(&ada, "$newer").await);
    assert_eq!(late.try_iter().collect::<Vec<_>>(), [Revocation::User(ada.user.id)]);
}

#[tokio::test]
async fn a_listener_that_panics_stops_nothing() {
    let (_store, bench, _path) = place::open(&SqliteOptions::default());
    bench.store.revocations.listen(Box::new(|_| panic!("on purpose")));
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    assert!(ada.end(session.id).await);
    ada.contact("Amina", "2348000000001").await;
}
