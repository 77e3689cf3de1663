//! Writes that are done only to what the caller has seen.

use roster_domain::Precondition::{Exists, OneOf};
use roster_domain::ports::{
    ClientDeletion, ClientUpdate, ContactDeletion, ContactUpdate, GroupDeletion, GroupUpdate, UserErasure, UserUpdate,
};
use roster_domain::{
    AuditEvent, ClientChanges, ContactChanges, ContactsFate, GroupChanges, Precondition, Timestamp, UserChanges,
    Version,
};

use crate::Bench;
use crate::clients::called;
use crate::groups::retitled;
use crate::owner::{caller, moved, renamed};
use crate::together::together;
use crate::users::named;

/// What the row was in, or will be in, or another row that was made at another time; also at one that no database can
/// be asked for, since callers claim what they like.
fn others(version: Version) -> Vec<Precondition> {
    let Version { created_at, revision } = version;
    let states = [
        Version { created_at, revision: revision - 1 },
        Version { created_at, revision: revision + 1 },
        Version { created_at: created_at.plus_millis(1), revision },
        Version { created_at: created_at.plus_millis(-1), revision },
        Version { created_at: Timestamp::from_millis(i64::MIN), revision },
        Version { created_at: Timestamp::from_millis(i64::MAX), revision: i64::MAX },
        // The years -29700 and 141000: chrono has them, PostgreSQL the second one only.
        Version { created_at: Timestamp::from_millis(-1_000_000_000_000_000), revision: i64::MIN },
        Version { created_at: Timestamp::from_millis(4_387_000_000_000_000), revision },
    ];
    let mut others: Vec<_> = states.iter().map(|state| OneOf(vec![*state])).collect();
    others.push(OneOf(states.to_vec()));
    others.push(OneOf(vec![]));
    others
}

/// That very state: alone, and among others.
fn these(version: Version) -> [Precondition; 3] {
    let past = |back| Version { created_at: version.created_at, revision: version.revision - back };
    [OneOf(vec![version]), OneOf(vec![past(2), past(1), version]), Exists]
}

pub async fn a_contact_changes_in_the_state_it_was_seen_in(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let friends = ada.group("Friends").await;
    let contact = ada.contact("Amina", "2348000000001").await;
    let update = async |changes: ContactChanges, precondition: Precondition| {
        let (contacts, at) = (&bench.store.contacts, bench.later());
        contacts.update(&ada.scope, contact.id, changes, precondition, at).await.unwrap()
    };
    for (turn, precondition) in
        [0, 1, 2].into_iter().flat_map(|turn| these(contact.version()).map(|_| turn)).enumerate()
    {
        let before = ada.get(contact.id).await.unwrap();
        for stale in others(before.version()) {
            // Also where nothing would change, and together with a move.
            for changes in
                [renamed("Bayo"), moved(friends.id), ContactChanges::default(), renamed(before.name.as_str())]
            {
                assert_eq!(update(changes.clone(), stale.clone()).await, ContactUpdate::Stale, "{changes:?} {stale:?}");
            }
        }
        assert_eq!(ada.get(contact.id).await.as_ref(), Some(&before), "nothing is written");
        let held = these(before.version())[precondition].clone();
        let outcome = update(ContactChanges::default(), held.clone()).await;
        assert_eq!(outcome, ContactUpdate::Done(before.clone()), "{held:?}");
        let changes = if turn % 2 == 0 {
            renamed(&format!("Name {turn}"))
        } else {
            moved(if before.group_id == friends.id { ada.group.id } else { friends.id })
        };
        let ContactUpdate::Done(after) = update(changes, held.clone()).await else { panic!("{held:?}") };
        assert_eq!(after.revision, before.revision + 1);
        assert_eq!(ada.get(contact.id).await, Some(after));
    }

    // What isn't there is absent, whatever state it should be in.
    for (scope, id) in [(ada.scope, bench.id()), (eve.scope, contact.id), (ada.only(bench.id()), contact.id)] {
        for precondition in others(contact.version()).into_iter().chain(these(contact.version())) {
            for changes in [renamed("Bayo"), ContactChanges::default(), moved(friends.id)] {
                let contacts = &bench.store.contacts;
                let outcome = contacts.update(&scope, id, changes, precondition.clone(), bench.later()).await.unwrap();
                assert_eq!(outcome, ContactUpdate::Absent);
            }
            let outcome = bench.store.contacts.delete(&scope, id, precondition).await.unwrap();
            assert_eq!(outcome, ContactDeletion::Absent);
        }
    }
}

pub async fn a_contact_is_deleted_in_the_state_it_was_seen_in(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for turn in 0..3 {
        let seen = ada.contact("Amina", "2348000000001").await;
        let (contacts, at) = (&bench.store.contacts, bench.later());
        contacts.update(&ada.scope, seen.id, renamed("Bayo"), Exists, at).await.unwrap();
        let now = ada.get(seen.id).await.unwrap();
        for stale in others(now.version()).into_iter().chain([OneOf(vec![seen.version()])]) {
            let outcome = contacts.delete(&ada.scope, seen.id, stale).await.unwrap();
            assert_eq!(outcome, ContactDeletion::Stale);
        }
        assert_eq!(ada.get(seen.id).await.as_ref(), Some(&now));
        let held = these(now.version())[turn].clone();
        assert_eq!(contacts.delete(&ada.scope, seen.id, held.clone()).await.unwrap(), ContactDeletion::Done);
        assert_eq!(ada.get(seen.id).await, None);
        assert_eq!(contacts.delete(&ada.scope, seen.id, held).await.unwrap(), ContactDeletion::Absent);
    }
}

/// A row made anew under an old id is another row, though its revision is the same.
pub async fn a_row_made_anew_is_in_another_state(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let seen = ada.contact("Amina", "2348000000001").await;
    ada.delete(seen.id).await;
    let _ = bench.later();
    let mut new = bench.new_contact("2348000000001");
    new.id = seen.id;
    let made = ada.make(new).await;
    assert_ne!(made.version(), seen.version());
    let (contacts, old) = (&bench.store.contacts, OneOf(vec![seen.version()]));
    let outcome = contacts.update(&ada.scope, seen.id, renamed("Bayo"), old.clone(), bench.later()).await.unwrap();
    assert_eq!(outcome, ContactUpdate::Stale);
    assert_eq!(contacts.delete(&ada.scope, seen.id, old).await.unwrap(), ContactDeletion::Stale);
    assert_eq!(ada.get(seen.id).await, Some(made));
}

pub async fn of_many_updates_of_one_state_one_is_done(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut contact = ada.contact("Amina", "2348000000001").await;
    for round in 0..4 {
        let seen = OneOf(vec![contact.version()]);
        let outcomes = together((0..20).map(|task| {
            let (ada, seen) = (ada.clone(), seen.clone());
            async move {
                let (contacts, changes) = (&ada.bench.store.contacts, renamed(&format!("{round} {task}")));
                let at = ada.bench.later();
                contacts.update(&ada.scope, contact.id, changes, seen, at).await.unwrap()
            }
        }))
        .await;
        let mut done: Vec<_> = outcomes.iter().filter(|outcome| matches!(outcome, ContactUpdate::Done(_))).collect();
        assert_eq!(done.len(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == ContactUpdate::Stale).count(), 19);
        let now = ada.get(contact.id).await.unwrap();
        assert_eq!(done.remove(0), &ContactUpdate::Done(now.clone()));
        assert_eq!(now.revision, contact.revision + 1);
        contact = now;
    }
    // Changes and deletions: one of them all.
    let seen = OneOf(vec![contact.version()]);
    let done = together((0..20).map(|task| {
        let (ada, seen) = (ada.clone(), seen.clone());
        async move {
            let contacts = &ada.bench.store.contacts;
            if task % 2 == 0 {
                contacts.delete(&ada.scope, contact.id, seen).await.unwrap() == ContactDeletion::Done
            } else {
                let at = ada.bench.later();
                let outcome = contacts.update(&ada.scope, contact.id, renamed("Last"), seen, at).await.unwrap();
                matches!(outcome, ContactUpdate::Done(_))
            }
        }
    }))
    .await;
    assert_eq!(done.into_iter().filter(|done| *done).count(), 1);
}

pub async fn a_group_changes_in_the_state_it_was_seen_in(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    ada.contact_in(&friends, "2348000000001").await;
    let groups = &bench.store.groups;
    for turn in 0..3 {
        let dump = ada.dump().await;
        let before = ada.get_group(friends.id).await.unwrap();
        for stale in others(before.version()) {
            let same = retitled(before.title.as_str());
            let default = GroupChanges { title: None, is_default: Some(true) };
            for changes in [retitled("Other"), GroupChanges::default(), same, default] {
                let outcome =
                    groups.update(&ada.scope, friends.id, changes, stale.clone(), bench.later()).await.unwrap();
                assert_eq!(outcome, GroupUpdate::Stale, "{stale:?}");
            }
            for fate in [ContactsFate::Move, ContactsFate::Delete] {
                let outcome = groups.delete(&ada.scope, friends.id, fate, stale.clone(), bench.later()).await.unwrap();
                assert_eq!(outcome, GroupDeletion::Stale, "{stale:?}");
            }
            let outcome = groups.update(&ada.scope, bench.id(), retitled("Other"), stale.clone(), bench.later());
            assert_eq!(outcome.await.unwrap(), GroupUpdate::Absent);
            let outcome = groups.delete(&ada.scope, bench.id(), ContactsFate::Move, stale, bench.later());
            assert_eq!(outcome.await.unwrap(), GroupDeletion::Absent);
        }
        assert_eq!(ada.dump().await, dump, "nothing is written");
        let held = these(before.version())[turn].clone();
        let changes = retitled(&format!("Title {turn}"));
        let outcome = groups.update(&ada.scope, friends.id, changes, held, bench.later()).await.unwrap();
        assert!(matches!(outcome, GroupUpdate::Done(after) if after.revision == before.revision + 1));
    }
    // What another group's change does to this one counts, too.
    let default = ada.default_group(ada.client.id).await;
    let take_over = GroupChanges { title: None, is_default: Some(true) };
    groups.update(&ada.scope, friends.id, take_over.clone(), Exists, bench.later()).await.unwrap();
    let stale = OneOf(vec![default.version()]);
    let outcome = groups.update(&ada.scope, default.id, take_over.clone(), stale.clone(), bench.later()).await.unwrap();
    assert_eq!(outcome, GroupUpdate::Stale);
    let outcome = groups.delete(&ada.scope, default.id, ContactsFate::Move, stale, bench.later()).await.unwrap();
    assert_eq!(outcome, GroupDeletion::Stale);
    let seen = OneOf(vec![ada.get_group(default.id).await.unwrap().version()]);
    let outcome = groups.delete(&ada.scope, default.id, ContactsFate::Move, seen, bench.later()).await.unwrap();
    assert_eq!(outcome, GroupDeletion::Done { contacts: 0 });

    let seen = OneOf(vec![ada.get_group(friends.id).await.unwrap().version()]);
    let outcomes = together((0..20).map(|task| {
        let (ada, seen) = (ada.clone(), seen.clone());
        async move {
            let (groups, changes, at) = (&ada.bench.store.groups, retitled(&format!("Task {task}")), ada.bench.later());
            groups.update(&ada.scope, friends.id, changes, seen, at).await.unwrap()
        }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, GroupUpdate::Done(_))).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == GroupUpdate::Stale).count(), 19);
}

pub async fn a_client_changes_in_the_state_it_was_seen_in(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let clients = &bench.store.clients;
    let account = ada.account();
    let entry = || ada.entry(AuditEvent::ClientDeleted);
    let take_over = ClientChanges { is_default: Some(true), ..ClientChanges::default() };
    for turn in 0..3 {
        let dump = ada.dump().await;
        let before = ada.get_client(shop.id).await.unwrap();
        for stale in others(before.version()) {
            let same = called(before.name.as_str());
            for changes in [called("Other"), ClientChanges::default(), same, take_over.clone()] {
                let outcome = clients.update(&account, shop.id, changes, stale.clone(), bench.later()).await.unwrap();
                assert_eq!(outcome, ClientUpdate::Stale, "{stale:?}");
            }
            for with_contacts in [false, true] {
                let outcome = clients.delete(&account, shop.id, with_contacts, stale.clone(), entry()).await.unwrap();
                assert_eq!(outcome, ClientDeletion::Stale, "{stale:?}");
            }
            let outcome = clients.update(&account, bench.id(), called("Other"), stale.clone(), bench.later());
            assert_eq!(outcome.await.unwrap(), ClientUpdate::Absent);
            let outcome = clients.delete(&account, bench.id(), true, stale, entry()).await.unwrap();
            assert_eq!(outcome, ClientDeletion::Absent);
        }
        assert_eq!(ada.dump().await, dump, "nothing is written, no entry either");
        let held = these(before.version())[turn].clone();
        let changes = called(&format!("Name {turn}"));
        let outcome = clients.update(&account, shop.id, changes, held, bench.later()).await.unwrap();
        assert!(matches!(outcome, ClientUpdate::Done(after) if after.revision == before.revision + 1));
    }
    // What another client's change does to this one counts, too.
    clients.update(&account, shop.id, take_over.clone(), Exists, bench.later()).await.unwrap();
    let now = ada.get_client(ada.client.id).await.unwrap();
    assert_eq!(now.revision, ada.client.revision + 1);
    let stale = OneOf(vec![ada.client.version()]);
    let outcome = clients.update(&account, now.id, called("Other"), stale.clone(), bench.later()).await.unwrap();
    assert_eq!(outcome, ClientUpdate::Stale);
    assert_eq!(clients.delete(&account, now.id, true, stale, entry()).await.unwrap(), ClientDeletion::Stale);
    let outcome = clients.delete(&account, now.id, true, OneOf(vec![now.version()]), entry()).await.unwrap();
    assert_eq!(outcome, ClientDeletion::Done { contacts: 0 });

    let seen = OneOf(vec![ada.get_client(shop.id).await.unwrap().version()]);
    let outcomes = together((0..20).map(|task| {
        let (ada, seen) = (ada.clone(), seen.clone());
        async move {
            let (clients, changes, at) = (&ada.bench.store.clients, called(&format!("Task {task}")), ada.bench.later());
            clients.update(&ada.account(), shop.id, changes, seen, at).await.unwrap()
        }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, ClientUpdate::Done(_))).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == ClientUpdate::Stale).count(), 19);
}

pub async fn a_user_changes_in_the_state_they_were_seen_in(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let nobody = bench.new_account("nobody@example.org").user.user;
    let nobody = caller(&bench, &nobody, None).account().unwrap();
    let (users, account) = (&bench.store.users, ada.account());
    let hash = ada.password_hash().await.unwrap();
    for turn in 0..3 {
        let dump = ada.dump().await;
        let before = ada.me().await.unwrap();
        for stale in others(before.version()) {
            let same = named(Some(before.firstname.as_str()), None);
            for changes in [named(Some("Other"), None), UserChanges::default(), same] {
                for verified in [None, Some(hash.as_str())] {
                    let entries = vec![ada.entry(AuditEvent::EmailChanged)];
                    let outcome =
                        users.update(&account, changes.clone(), verified, stale.clone(), bench.now(), entries).await;
                    assert_eq!(outcome.unwrap(), UserUpdate::Stale, "{stale:?}");
                }
            }
            let entry = bench.new_entry(AuditEvent::AccountErased, None);
            let outcome = users.erase(&account, &hash, stale.clone(), bench.now(), entry.clone()).await.unwrap();
            assert_eq!(outcome, UserErasure::Stale, "{stale:?}");
            let outcome =
                users.update(&nobody, named(Some("N."), None), None, stale.clone(), bench.now(), vec![]).await;
            assert_eq!(outcome.unwrap(), UserUpdate::Absent);
            let outcome = users.erase(&nobody, &hash, stale, bench.now(), entry).await.unwrap();
            assert_eq!(outcome, UserErasure::Absent);
        }
        assert_eq!(ada.dump().await, dump, "nothing is written, no entry either");
        let held = these(before.version())[turn].clone();
        let changes = named(Some(&format!("Name {turn}")), None);
        let outcome = users.update(&account, changes, None, held, bench.later(), vec![]).await.unwrap();
        assert!(matches!(outcome, UserUpdate::Done(after) if after.revision == before.revision + 1));
    }

    let seen = OneOf(vec![ada.me().await.unwrap().version()]);
    let outcomes = together((0..20).map(|task| {
        let (ada, seen) = (ada.clone(), seen.clone());
        async move {
            let (users, changes) = (&ada.bench.store.users, named(Some(&format!("Task {task}")), None));
            let at = ada.bench.later();
            users.update(&ada.account(), changes, None, seen, at, vec![]).await.unwrap()
        }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, UserUpdate::Done(_))).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == UserUpdate::Stale).count(), 19);

    // Erased in the state they are in.
    let now = OneOf(vec![ada.me().await.unwrap().version()]);
    let entry = bench.new_entry(AuditEvent::AccountErased, None);
    assert_eq!(users.erase(&account, &hash, now, bench.later(), entry).await.unwrap(), UserErasure::Done);
    assert_eq!(ada.me().await, None);
}
