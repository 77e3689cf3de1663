//! Sessions begin, are listed, and end for good.

use std::slice;

use roster_domain::{AuditEvent, Keyset, PasswordChange, Session, SessionId, UserChanges};

use crate::walk::{limit, walk_audit, walk_sessions};
use crate::{Bench, Owner};

pub async fn a_session_begins_with_its_entry(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let before = ada.trail().await;
    let _ = bench.later();
    let session = bench.new_session(ada.user.id);
    let mut entry = ada.entry(AuditEvent::SignInSucceeded);
    entry.session = Some(session.id);
    assert!(bench.store.sessions.create(session.clone(), None, entry.clone()).await.unwrap());
    assert_eq!(ada.find_session(session.id).await, Some(session));
    assert_eq!(ada.trail().await, [slice::from_ref(&entry), &before].concat());
}

pub async fn a_session_that_cannot_begin_leaves_no_entry(bench: Bench) {
    let session = bench.new_session(bench.id());
    let entry = bench.new_entry(AuditEvent::SignInSucceeded, session.user);
    assert!(!bench.store.sessions.create(session, None, entry).await.unwrap());
    assert_eq!(walk_audit(&bench.store, None, limit(10)).await, []);
}

pub async fn a_session_does_not_begin_with_a_password_of_before(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (hash, before) = (ada.password_hash().await.unwrap(), ada.trail().await);
    let entry = || ada.entry(AuditEvent::SignInSucceeded);
    let sessions = &bench.store.sessions;
    assert!(!sessions.create(bench.new_session(ada.user.id), Some("$another"), entry()).await.unwrap());
    assert_eq!((ada.sessions().await, ada.trail().await), (Vec::new(), before));
    assert!(sessions.create(bench.new_session(ada.user.id), Some(&hash), entry()).await.unwrap());
}

pub async fn the_living_are_listed_newest_first(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let mut living = Vec::new();
    for turn in 0..5 {
        living.insert(0, ada.session_with(|session| session.user_agent = format!("Browser/{turn}")).await);
        // In between, on no page: what is somebody else's, what was ended, and what expires.
        eve.session().await;
        let ended = ada.session().await;
        assert!(ada.end(ended.id).await);
        ada.session_with(|session| session.expires_at = session.created_at.plus_millis(1)).await;
    }
    let _ = bench.later();
    for rows in 1..=6 {
        let page = walk_sessions(&bench.store, &ada.account(), bench.now(), limit(rows)).await;
        assert_eq!(page, living, "{rows} a page");
    }
    for (rows, has_more) in [(4, true), (5, false)] {
        let keyset = Keyset { after: None, limit: limit(rows) };
        let page = bench.store.sessions.page(&ada.account(), bench.now(), keyset).await.unwrap();
        assert_eq!(page.has_more, has_more, "only the living count");
    }
    assert_eq!(eve.sessions().await.len(), 5);
}

pub async fn a_session_lives_until_it_expires(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    let living = async |at| walk_sessions(&bench.store, &ada.account(), at, limit(10)).await;
    assert_eq!(living(session.expires_at.plus_millis(-1)).await, slice::from_ref(&session));
    assert_eq!(living(session.expires_at).await, []);
}

pub async fn an_end_is_true_once(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (other, session) = (ada.session().await, ada.session().await);
    let before = ada.trail().await;
    let at = bench.later();
    let mut entry = ada.entry(AuditEvent::SessionEnded);
    entry.subject = Some(session.id.to_string());
    assert!(bench.store.sessions.end(&ada.account(), session.id, at, entry.clone()).await.unwrap());
    assert!(!ada.end(session.id).await);
    assert_eq!(ada.sessions().await, [other]);
    assert_eq!(ada.trail().await, [slice::from_ref(&entry), &before].concat(), "one entry");
}

pub async fn what_does_not_live_cannot_be_ended(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let session = ada.session().await;
    let (before, hers) = (ada.dump().await, eve.dump().await);
    assert!(!eve.end(session.id).await, "another user's");
    assert!(!ada.end(SessionId::generate(bench.now(), bench.entropy.as_ref())).await, "unknown");
    assert_eq!((ada.dump().await, eve.dump().await), (before.clone(), hers));
    bench.clock.set(session.expires_at);
    assert!(!ada.end(session.id).await, "expired");
    assert_eq!(ada.trail().await, before.trail);
}

/// Not even when the clock is set back, or somebody who found it before still means to use it.
async fn assert_over(owner: &Owner, session: &Session) {
    let bench = &owner.bench;
    for at in [session.created_at, bench.now()] {
        let living = walk_sessions(&bench.store, &owner.account(), at, limit(100)).await;
        assert!(living.iter().all(|other| other.id != session.id), "it is listed");
    }
    assert_eq!(owner.find_session(session.id).await, None);
}

pub async fn an_ended_session_never_lives_again(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    let _ = bench.later();
    assert!(ada.end(session.id).await);
    assert_over(&ada, &session).await;
    bench.clock.set(session.created_at);
    assert!(!ada.end(session.id).await);
    assert_over(&ada, &session).await;
}

/// One that has expired by now.
async fn expired(owner: &Owner) -> Session {
    let session = owner.session().await;
    owner.bench.clock.set(session.expires_at);
    assert_eq!(owner.find_session(session.id).await.as_ref(), Some(&session), "it wasn't ended");
    session
}

/// A new password and a shutting out end more than what lives.
pub async fn the_expired_end_with_the_others(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let over = async |session: &Session| {
        bench.clock.set(session.created_at);
        assert_over(&ada, session).await;
    };

    let (kept, session) = (ada.session().await, expired(&ada).await);
    let password = Some(PasswordChange { hash: "$new".to_owned(), keep: kept.id });
    ada.change(UserChanges { password, ..UserChanges::default() }).await;
    over(&session).await;
    assert_eq!(ada.sessions().await, [kept]);

    let session = expired(&ada).await;
    let entry = ada.entry(AuditEvent::PasswordChanged);
    assert!(bench.store.operator.set_password(ada.user.id, "$newer", bench.now(), entry).await.unwrap());
    over(&session).await;

    let session = expired(&ada).await;
    ada.disable(true).await;
    ada.disable(false).await;
    over(&session).await;
}

pub async fn all_end_at_once(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let hers = eve.session().await;
    ada.session_with(|session| session.expires_at = session.created_at.plus_millis(1)).await;
    let ended = ada.session().await;
    assert!(ada.end(ended.id).await);
    let living = [ada.session().await, ada.session().await, ada.session().await];
    let before = ada.trail().await;

    let at = bench.later();
    let entry = ada.entry(AuditEvent::SessionsEnded);
    let count = bench.store.sessions.end_all(&ada.account(), at, entry.clone()).await.unwrap();
    assert_eq!(count, 3, "those that lived");
    for session in &living {
        assert_over(&ada, session).await;
    }
    assert_eq!(ada.trail().await, [slice::from_ref(&entry), &before].concat());
    assert_eq!(eve.sessions().await, [hers]);

    let again = ada.session().await;
    assert_eq!(ada.sessions().await, [again], "a later one isn't touched");
}
