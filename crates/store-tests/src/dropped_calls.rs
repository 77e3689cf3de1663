//! Callers who leave: an act is done wholly or not at all, and the store works on.

use roster_domain::Precondition::Exists;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use roster_domain::ports::UserErasure;
use roster_domain::{AuditEvent, ContactsFate, GroupChanges, NewGroup};

use crate::erasure::erase;
use crate::owner::renamed;
use crate::together::together;
use crate::walk::{limit, walk_audit};
use crate::{Bench, Owner};

/// Polls it so many times, with whatever else is ready going on in between, and drops it.
pub(crate) async fn leave_after<T>(polls: usize, act: impl Future<Output = T>) -> Option<T> {
    let mut act = pin!(act);
    for _ in 0..polls {
        let polled = std::future::poll_fn(|context| Poll::Ready(act.as_mut().poll(context))).await;
        if let Poll::Ready(done) = polled {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// The number of polls after which a caller leaves, in turn: at once, and at some points of the way.
pub(crate) const PATIENCE: [usize; 6] = [1, 2, 3, 5, 9, 30];

/// The store answers, and what it answers was written is there for everybody, not just on one connection.
pub(crate) async fn assert_works(owner: &Owner) {
    let made = together((0..12).map(|turn| {
        let owner = owner.clone();
        async move { owner.contact("After", &turn.to_string()).await }
    }))
    .await;
    for contact in made {
        let reads = together((0..6).map(|_| {
            let owner = owner.clone();
            async move { owner.get(contact.id).await }
        }))
        .await;
        assert_eq!(reads, vec![Some(contact); 6]);
    }
}

pub async fn a_caller_who_leaves_a_contact(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let contacts = &bench.store.contacts;
    for polls in PATIENCE {
        let changing = ada.contact("Before", "2348000000001").await;
        let going = ada.contact("Before", "2348000000002").await;
        let new = bench.new_contact("2348000000003");
        let id = new.id;
        let at = bench.later();
        leave_after(polls, contacts.create(&ada.scope, new)).await;
        leave_after(polls, contacts.update(&ada.scope, changing.id, renamed("After"), Exists, at)).await;
        leave_after(polls, contacts.delete(&ada.scope, going.id, Exists)).await;
        assert_works(&ada).await;

        // Each is one thing or the other; an act that was begun may also end only now.
        if let Some(made) = ada.get(id).await {
            assert_eq!((made.group_id, made.number.as_str()), (ada.group.id, "2348000000003"));
        }
        let now = ada.get(changing.id).await.unwrap();
        if now != changing {
            assert_eq!((now.name.as_str(), now.updated_at), ("After", at));
            assert!(now.revision > changing.revision);
        }
        if let Some(now) = ada.get(going.id).await {
            assert_eq!(now, going);
        }
    }
}

pub async fn a_caller_who_leaves_a_group(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let groups = &bench.store.groups;
    for polls in PATIENCE {
        let doomed = ada.group("Doomed").await;
        let chosen = ada.group("Chosen").await;
        let contact = ada.contact_in(&doomed, "2348000000001").await;
        let make_default = GroupChanges { title: None, is_default: Some(true) };
        let new = NewGroup { is_default: true, ..bench.new_group("New") };
        leave_after(polls, groups.create(&ada.scope, new)).await;
        leave_after(polls, groups.update(&ada.scope, chosen.id, make_default, Exists, bench.later())).await;
        leave_after(polls, groups.delete(&ada.scope, doomed.id, ContactsFate::Move, Exists, bench.later())).await;
        ada.default_group(ada.client.id).await;
        assert_works(&ada).await;
        ada.default_group(ada.client.id).await;

        let doomed_now = ada.get_group(doomed.id).await;
        let contact_now = ada.get(contact.id).await.unwrap();
        if doomed_now.is_none() {
            assert_ne!(contact_now.group_id, doomed.id, "it moved before its group went");
        }
    }
}

pub async fn a_caller_who_leaves_an_account(bench: Bench) {
    let eve = bench.account("eve@example.org").await;
    for polls in PATIENCE {
        let account = bench.new_account(&format!("ada-{polls}@example.org"));
        let entry = bench.new_entry(AuditEvent::AccountCreated, account.user.user.id);
        leave_after(polls, bench.store.users.create_account(account.clone(), entry)).await;
        let client = bench.new_client("Shop");
        leave_after(polls, bench.store.clients.create(&eve.account(), client.clone())).await;
        assert_works(&eve).await;

        // Made by now or not, a second try ends with the whole account, once.
        let again = bench.new_account(account.user.user.email.as_str());
        let entry = bench.new_entry(AuditEvent::AccountCreated, again.user.user.id);
        let again = bench.store.users.create_account(again, entry).await;
        let sign_in = bench.store.finders.sign_in(&account.user.user.email.key()).await.unwrap().unwrap();
        let credential = bench.store.finders.client_credential(&account.client.session_id).await.unwrap();
        match again.unwrap() {
            Some((user, _)) => {
                assert_eq!(sign_in.user, user.id);
                assert_eq!(credential, None, "the first try left nothing");
            }
            None => {
                assert_eq!(sign_in.user, account.user.user.id);
                assert_eq!(credential.map(|found| found.client), Some(account.client.id), "with its client");
            }
        }
        if bench.store.finders.client_credential(&client.session_id).await.unwrap().is_some() {
            assert_eq!(eve.default_group(client.id).await.id, client.group.id, "with its group");
        }
    }
}

/// It ends with one entry, however often it takes.
pub async fn a_caller_who_leaves_an_erasure(bench: Bench) {
    let eve = bench.account("eve@example.org").await;
    for polls in PATIENCE {
        let ada = bench.account("ada@example.org").await;
        ada.contact("Amina", "2348000000001").await;
        ada.session().await;
        leave_after(polls, erase(&ada)).await;
        leave_after(polls, bench.store.housekeeping.erase_some()).await;
        assert_works(&eve).await;

        // Made by now or not, a second try is told so.
        let again = erase(&ada).await;
        assert!(matches!(again, UserErasure::Done | UserErasure::Absent), "{again:?}");
        while bench.store.housekeeping.erase_some().await.unwrap() {}
        assert!(ada.dump().await.is_empty());
        let trail = walk_audit(&bench.store, None, limit(100)).await;
        let subject = Some(ada.user.id.to_string());
        assert_eq!(trail.into_iter().filter(|entry| entry.subject == subject).count(), 1);
    }
}
