//! What the operator does on the command line.

use std::collections::BTreeSet;

use roster_domain::Precondition::Exists;
use roster_domain::{AuditEvent, EmailKey, Keyset, ListedUser, UserId};

use crate::walk::{limit, walk_audit, walk_sessions, walk_users};
use crate::{Bench, Owner};

impl Owner {
    /// The operator shuts them out, or lets them in again, later than everything before.
    pub(crate) async fn disable(&self, disabled: bool) {
        let event = if disabled { AuditEvent::AccountDisabled } else { AuditEvent::AccountEnabled };
        let (operator, at) = (&self.bench.store.operator, self.bench.later());
        assert!(operator.set_disabled(self.user.id, disabled, at, self.entry(event)).await.unwrap());
    }

    async fn listed(&self) -> Option<ListedUser> {
        self.bench.store.operator.user(&self.user.email.key()).await.unwrap()
    }
}

fn enabled(owner: &Owner) -> ListedUser {
    ListedUser { user: owner.user.clone(), disabled_at: None }
}

pub async fn users_are_listed_oldest_first(bench: Bench) {
    let mut expected = Vec::new();
    for turn in 0..5 {
        expected.push(enabled(&bench.account(&format!("user-{turn}@example.org")).await));
    }
    // Older than everybody by its id, and made last.
    let mut imported = bench.new_account("imported@example.org");
    imported.user.user.id = UserId::parse("642cb299b6f8a5a12f2c59fe").unwrap();
    let entry = bench.new_entry(AuditEvent::AccountCreated, imported.user.user.id);
    let (user, _) = bench.store.users.create_account(imported, entry).await.unwrap().unwrap();
    expected.insert(0, ListedUser { user, disabled_at: None });
    for rows in 1..=7 {
        assert_eq!(walk_users(&bench.store, limit(rows)).await, expected, "{rows} a page");
    }
    for (rows, has_more) in [(5, true), (6, false)] {
        let keyset = Keyset { after: None, limit: limit(rows) };
        assert_eq!(bench.store.operator.users(keyset).await.unwrap().has_more, has_more);
    }
}

pub async fn a_user_is_found_by_the_key_of_an_address(bench: Bench) {
    let ada = bench.account("Ada@Example.org").await;
    bench.account("eve@example.org").await;
    for typed in ["ada@example.org", "ADA@EXAMPLE.ORG "] {
        assert_eq!(bench.store.operator.user(&EmailKey::of(typed)).await.unwrap(), Some(enabled(&ada)));
    }
    assert_eq!(bench.store.operator.user(&EmailKey::of("x@example.org")).await.unwrap(), None);
}

pub async fn whoever_has_a_client_is_found_by_its_id(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let mut same = bench.new_account("eve@example.org");
    same.client.id = shop.id;
    let entry = bench.new_entry(AuditEvent::AccountCreated, same.user.user.id);
    let (eve, _) = bench.store.users.create_account(same, entry).await.unwrap().unwrap();
    let with = async |client| {
        let users = bench.store.operator.users_with_client(client).await.unwrap();
        users.into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(with(ada.client.id).await, BTreeSet::from([ada.user.id]));
    assert_eq!(with(shop.id).await, BTreeSet::from([ada.user.id, eve.id]));
    assert_eq!(with(bench.id()).await, BTreeSet::new());

    ada.disable(true).await;
    assert_eq!(with(ada.client.id).await, BTreeSet::from([ada.user.id]), "the operator sees who is shut out");
    ada.disable(false).await;
    let erased = bench.new_entry(AuditEvent::AccountErased, None);
    let hash = ada.password_hash().await.unwrap();
    bench.store.users.erase(&ada.account(), &hash, Exists, bench.now(), erased).await.unwrap();
    assert_eq!(with(ada.client.id).await, BTreeSet::new());
    assert_eq!(with(shop.id).await, BTreeSet::from([eve.id]));
}

pub async fn a_disabled_user_is_shut_out_and_listed(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let hers = (eve.session().await, eve.trail().await);
    ada.assert_shut_out_by(async || ada.disable(true).await).await;
    let expected = ListedUser { disabled_at: Some(bench.now()), ..enabled(&ada) };
    assert_eq!(ada.listed().await.as_ref(), Some(&expected));
    assert_eq!(walk_users(&bench.store, limit(10)).await, [expected, enabled(&eve)]);
    assert_eq!((eve.find_session(hers.0.id).await, eve.trail().await), (Some(hers.0), hers.1));
}

pub async fn who_is_let_in_again_must_sign_in_again(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    let before = ada.dump().await;
    ada.disable(true).await;
    ada.disable(false).await;
    assert_eq!(ada.listed().await, Some(enabled(&ada)));
    assert!(bench.store.finders.sign_in(&ada.user.email.key()).await.unwrap().is_some());
    assert!(bench.store.finders.client_credential(&ada.client.session_id).await.unwrap().is_some());
    assert_eq!(ada.find_session(session.id).await, None);
    for at in [bench.now(), session.created_at] {
        assert_eq!(walk_sessions(&bench.store, &ada.account(), at, limit(10)).await, []);
    }
    let mut now = ada.dump().await;
    let events: Vec<_> = now.trail.drain(..2).map(|entry| entry.event).collect();
    assert_eq!(events, [AuditEvent::AccountEnabled, AuditEvent::AccountDisabled]);
    now.sessions = before.sessions.clone();
    assert_eq!(now, before, "nothing else changes");
    let again = ada.session().await;
    assert_eq!(ada.sessions().await, [again]);
}

/// One that began just before is ended, one that would begin just after doesn't.
pub async fn no_session_slips_past_a_disabling(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for _ in 0..10 {
        let sign_ins: Vec<_> = (0..4)
            .map(|_| {
                let (ada, bench) = (ada.clone(), bench.clone());
                tokio::spawn(async move {
                    // Bounded, so that a user who is never shut out is a failure and not a hang.
                    for _ in 0..2_000 {
                        let entry = ada.entry(AuditEvent::SignInSucceeded);
                        let session = bench.new_session(ada.user.id);
                        if !bench.store.sessions.create(session, None, entry).await.unwrap() {
                            return;
                        }
                    }
                    panic!("the user was never shut out");
                })
            })
            .collect();
        ada.disable(true).await;
        for task in sign_ins {
            task.await.unwrap();
        }
        ada.disable(false).await;
        assert_eq!(ada.sessions().await, []);
    }
}

pub async fn what_is_so_already_gets_no_entry(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    let before = ada.dump().await;
    ada.disable(false).await;
    assert_eq!(ada.dump().await, before);
    assert_eq!(ada.sessions().await, [session]);
    ada.disable(true).await;
    let (listed, trail) = (ada.listed().await, walk_audit(&bench.store, None, limit(10)).await);
    ada.disable(true).await;
    assert_eq!(ada.listed().await, listed, "since the first time");
    assert_eq!(walk_audit(&bench.store, None, limit(10)).await, trail);
}

pub async fn a_set_password_ends_all_sessions(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let hers = (eve.session().await, eve.dump().await);
    let session = ada.session().await;
    let set = async |hash: &str| {
        let (operator, at) = (&bench.store.operator, bench.later());
        operator.set_password(ada.user.id, hash, at, ada.entry(AuditEvent::PasswordChanged)).await.unwrap()
    };
    assert!(set("$new").await);
    assert_eq!(ada.password_hash().await.as_deref(), Some("$new"));
    let user = ada.me().await.unwrap();
    assert_eq!((user.updated_at, user.revision), (bench.now(), ada.user.revision + 1));
    assert_eq!(ada.sessions().await, []);
    assert_eq!(ada.find_session(session.id).await, None);
    let entry = &ada.trail().await[0];
    assert_eq!((entry.event, entry.at), (AuditEvent::PasswordChanged, bench.now()));
    assert_eq!(eve.dump().await, hers.1);

    // It lets nobody in who is shut out.
    ada.disable(true).await;
    assert!(set("$newer").await);
    assert_eq!(ada.me().await, None);
    ada.disable(false).await;
    assert_eq!(ada.password_hash().await.as_deref(), Some("$newer"));
}

pub async fn nothing_is_done_to_who_is_gone(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let hash = ada.password_hash().await.unwrap();
    let erased = bench.new_entry(AuditEvent::AccountErased, None);
    bench.store.users.erase(&ada.account(), &hash, Exists, bench.now(), erased).await.unwrap();
    let trail = walk_audit(&bench.store, None, limit(10)).await;
    for user in [ada.user.id, bench.id()] {
        let entry = || bench.new_entry(AuditEvent::PasswordChanged, user);
        assert!(!bench.store.operator.set_password(user, "$new", bench.now(), entry()).await.unwrap());
        for disabled in [true, false] {
            assert!(!bench.store.operator.set_disabled(user, disabled, bench.now(), entry()).await.unwrap());
        }
    }
    assert_eq!(walk_audit(&bench.store, None, limit(10)).await, trail);
}
