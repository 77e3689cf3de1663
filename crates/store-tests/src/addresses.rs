//! A user changes the address they sign in with.

use roster_domain::ports::UserUpdate;
use roster_domain::{AuditEvent, Email, EmailKey, UserChanges, UserId};

use crate::Bench;
use crate::together::together;
use crate::users::named;

fn to(email: &str) -> UserChanges {
    // Some of these would not be taken from a request; what counts is the key.
    UserChanges { email: Some(Email::from_stored(email.to_owned())), ..UserChanges::default() }
}

async fn found(bench: &Bench, typed: &str) -> Option<UserId> {
    bench.store.finders.sign_in(&EmailKey::of(typed)).await.unwrap().map(|sign_in| sign_in.user)
}

pub async fn a_new_address_takes_the_place_of_the_old(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let session = ada.session().await;
    let _ = bench.later();
    let entry = ada.entry(AuditEvent::EmailChanged);
    let outcome = ada.change_with(to("Ada@New.example"), None, vec![entry.clone()]).await;
    let mut expected = ada.user.clone();
    expected.email = Email::parse("Ada@New.example").unwrap();
    expected.updated_at = bench.now();
    expected.revision += 1;
    assert_eq!(outcome, UserUpdate::Done(expected.clone()));
    assert_eq!(ada.me().await, Some(expected), "as it was written");
    assert_eq!(ada.trail().await[0], entry);
    assert_eq!(ada.sessions().await, [session], "it ends no session");
    assert_eq!(found(&bench, "ada@NEW.example").await, Some(ada.user.id));
    assert_eq!(found(&bench, "ada@example.org").await, None);

    // The old one is free: for another account, and for a new one.
    assert!(matches!(eve.change(to("Ada@example.org")).await, UserUpdate::Done(_)));
    assert_eq!(found(&bench, "ada@example.org").await, Some(eve.user.id));
    let third = bench.account("eve@example.org").await;
    assert_eq!(found(&bench, "eve@example.org").await, Some(third.user.id));
}

pub async fn a_taken_address_changes_nothing(bench: Bench) {
    let ada = bench.account("Ada@Example.org").await;
    let eve = bench.account("eve@example.org").await;
    eve.session().await;
    let before = (ada.dump().await, eve.dump().await);
    for email in ["Ada@Example.org", "ada@example.org", "ADA@EXAMPLE.ORG", "Ａｄａ@example.org", "ada＠example.org"]
    {
        let _ = bench.later();
        let changes = UserChanges { email: to(email).email, ..named(Some("Eve"), Some("E.")) };
        let outcome = eve.change_with(changes, None, vec![eve.entry(AuditEvent::EmailChanged)]).await;
        assert_eq!(outcome, UserUpdate::EmailTaken, "{email}");
        assert_eq!((ada.dump().await, eve.dump().await), before, "{email}");
        assert_eq!(found(&bench, "ada@example.org").await, Some(ada.user.id));
        assert_eq!(found(&bench, "eve@example.org").await, Some(eve.user.id));
    }
}

/// It is taken by nobody but themselves.
pub async fn ones_own_address_may_be_spelt_anew(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for email in ["Ada@Example.org", "ADA@EXAMPLE.ORG", "ada@example.org"] {
        let at = bench.later();
        let UserUpdate::Done(user) = ada.change(to(email)).await else { panic!("{email} is their own") };
        assert_eq!((user.email.as_str(), user.updated_at), (email, at));
        assert_eq!(ada.me().await, Some(user));
        assert_eq!(found(&bench, "ada@example.org").await, Some(ada.user.id));
    }
}

pub async fn of_several_who_want_an_address_one_gets_it(bench: Bench) {
    let mut owners = Vec::new();
    for turn in 0..6 {
        owners.push(bench.account(&format!("user-{turn}@example.org")).await);
    }
    let outcomes = together(owners.iter().cloned().map(|owner| async move {
        let entries = vec![owner.entry(AuditEvent::EmailChanged)];
        (owner.user.id, owner.change_with(to("wanted@example.org"), None, entries).await)
    }))
    .await;
    let winners: Vec<UserId> = outcomes
        .into_iter()
        .filter_map(|(id, outcome)| match outcome {
            UserUpdate::Done(_) => Some(id),
            other => {
                assert_eq!(other, UserUpdate::EmailTaken);
                None
            }
        })
        .collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(found(&bench, "wanted@example.org").await, Some(winners[0]));
    for owner in owners {
        let won = owner.user.id == winners[0];
        assert_eq!(found(&bench, owner.user.email.as_str()).await.is_none(), won);
        assert_eq!(owner.me().await.as_ref() != Some(&owner.user), won);
        assert_eq!(owner.trail().await.len(), if won { 2 } else { 1 });
    }
}
