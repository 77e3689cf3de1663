//! A user changes their password.

use roster_domain::ports::UserUpdate;
use roster_domain::{AuditEvent, Email, PasswordChange, SessionId, User, UserChanges};

use crate::together::together;
use crate::users::named;
use crate::{Bench, Owner};

fn to(hash: &str, keep: SessionId) -> UserChanges {
    UserChanges { password: Some(PasswordChange { hash: hash.to_owned(), keep }), ..UserChanges::default() }
}

async fn stored(owner: &Owner) -> String {
    owner.password_hash().await.unwrap()
}

pub async fn a_new_password_ends_all_sessions_but_one(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let hers = (eve.session().await, stored(&eve).await);
    let (before, kept, after) = (ada.session().await, ada.session().await, ada.session().await);
    let old = stored(&ada).await;
    let at = bench.later();
    let entry = ada.entry(AuditEvent::PasswordChanged);
    let outcome = ada.change_with(to("$new", kept.id), Some(&old), vec![entry.clone()]).await;

    assert_eq!(outcome, UserUpdate::Done(User { updated_at: at, revision: 1, ..ada.user.clone() }));
    assert_eq!(stored(&ada).await, "$new");
    let sign_in = bench.store.finders.sign_in(&ada.user.email.key()).await.unwrap().unwrap();
    assert_eq!(sign_in.password_hash, "$new");
    assert_eq!(ada.sessions().await, [kept]);
    for ended in [before, after] {
        assert_eq!(ada.find_session(ended.id).await, None);
        assert!(!ada.end(ended.id).await);
    }
    assert_eq!(ada.trail().await[0], entry);
    assert_eq!((eve.sessions().await, stored(&eve).await), (vec![hers.0], hers.1));
}

pub async fn a_session_to_keep_must_be_ones_own(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let hers = eve.session().await;
    ada.session().await;
    ada.change(to("$new", hers.id)).await;
    assert_eq!(ada.sessions().await, []);
    assert_eq!(eve.sessions().await, [hers]);
}

pub async fn nothing_changes_once_the_password_is_another(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    ada.session().await;
    let (before, hash) = (ada.dump().await, stored(&ada).await);
    let email = Email::parse("new@example.org").unwrap();
    let all = UserChanges {
        email: Some(email.clone()),
        password: to("$new", session.id).password,
        ..named(Some("A."), Some("L."))
    };
    for stale in ["", "$old", hash.trim_end_matches('A')] {
        for changes in [all.clone(), to("$new", session.id), named(Some("A."), None), UserChanges::default()] {
            let _ = bench.later();
            let entries = vec![ada.entry(AuditEvent::EmailChanged), ada.entry(AuditEvent::PasswordChanged)];
            assert_eq!(ada.change_with(changes, Some(stale), entries).await, UserUpdate::PasswordChanged);
        }
    }
    assert_eq!(ada.dump().await, before);
    assert_eq!(bench.store.finders.sign_in(&email.key()).await.unwrap(), None);

    // With the right one, all of it is done, and both entries are there.
    let entries = vec![ada.entry(AuditEvent::EmailChanged), ada.entry(AuditEvent::PasswordChanged)];
    assert!(matches!(ada.change_with(all, Some(&hash), entries).await, UserUpdate::Done(_)));
    assert_eq!(ada.trail().await.len(), before.trail.len() + 2);
    assert_eq!(bench.store.finders.sign_in(&email.key()).await.unwrap().unwrap().password_hash, "$new");
}

pub async fn of_several_new_passwords_at_once_one_wins(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let old = stored(&ada).await;
    let mut sessions = Vec::new();
    for _ in 0..6 {
        sessions.push(ada.session().await);
    }
    let outcomes = together(sessions.into_iter().enumerate().map(|(turn, session)| {
        let (ada, old) = (ada.clone(), old.clone());
        async move {
            let hash = format!("$new-{turn}");
            let entries = vec![ada.entry(AuditEvent::PasswordChanged)];
            (ada.change_with(to(&hash, session.id), Some(&old), entries).await, hash, session)
        }
    }))
    .await;
    let mut winners = Vec::new();
    for (outcome, hash, session) in outcomes {
        match outcome {
            UserUpdate::Done(_) => winners.push((hash, session)),
            other => assert_eq!(other, UserUpdate::PasswordChanged),
        }
    }
    let [(hash, session)] = &winners[..] else { panic!("one wins: {winners:?}") };
    assert_eq!(&stored(&ada).await, hash);
    assert_eq!(ada.sessions().await, std::slice::from_ref(session), "the winner's goes on");
    let entries = ada.trail().await.into_iter().filter(|entry| entry.event == AuditEvent::PasswordChanged);
    assert_eq!(entries.count(), 1);
}

pub async fn a_hash_is_replaced_only_from_the_stored_one(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    ada.session().await;
    let before = (ada.dump().await, eve.dump().await);
    let old = stored(&ada).await;
    let _ = bench.later();
    bench.store.users.rehash(&ada.account(), "$other", "$better").await.unwrap();
    assert_eq!(ada.dump().await, before.0);
    bench.store.users.rehash(&ada.account(), &old, "$better").await.unwrap();
    let mut now = ada.dump().await;
    assert_eq!(now.password_hash.replace(old), Some("$better".to_owned()));
    assert_eq!((now, eve.dump().await), before, "the password is the same, so nothing else changes");
}
