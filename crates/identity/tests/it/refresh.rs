//! Refreshing: a new pair, the same one for everybody who asked at once or whose answer was lost.

use std::collections::HashSet;
use std::sync::Arc;

use roster_domain::{AuditEvent, Clock, Precondition};
use roster_identity::SignedIn;
use rstest::rstest;
use secrecy::ExposeSecret;
use tokio::task::JoinSet;

use crate::world::{
    HOUR, MINUTE, PASSWORD, SECOND, World, actor, assert_not_refreshed, fresh, home, is_let_in, refreshed, with_tokens,
};

fn same_refresh_token(one: &SignedIn, other: &SignedIn) -> bool {
    one.refresh_token.expose_secret() == other.refresh_token.expose_secret()
}

#[tokio::test]
async fn answers_a_new_pair_of_the_same_session() {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    world.clock.advance_millis(HOUR);
    let second = refreshed(&world.identity, &first).await.unwrap();
    assert_eq!((second.session, second.expires_in), (first.session, world.settings.access_ttl));
    assert!(!same_refresh_token(&first, &second));
    assert_ne!(first.access_token.expose_secret(), second.access_token.expose_secret());
    assert!(is_let_in(&world.identity, &second).await);

    let now = world.clock.now();
    let ttl = i64::try_from(world.settings.session_ttl.as_millis()).unwrap();
    let stored = world.store.rows(|rows| rows.sessions[&first.session].clone());
    assert_eq!((stored.secret.counter, stored.secret.rotated_at), (1, now));
    assert_eq!(stored.expires_at, now.plus_millis(ttl), "from its last use on");
    assert_eq!(stored.last_used_at, now.plus_millis(-now.millis() % HOUR), "to the hour");

    let third = refreshed(&world.identity, &second).await.unwrap();
    assert!(!same_refresh_token(&second, &third));
    assert!(is_let_in(&world.identity, &third).await);
}

#[tokio::test]
async fn twenty_at_once_get_one_and_the_same_refresh_token() {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let servers = [world.identity.clone(), Arc::new(world.server_with_keys(&[1]))];
    let mut callers = JoinSet::new();
    for number in 0..20 {
        let (server, token) = (servers[number % 2].clone(), first.refresh_token.expose_secret().to_owned());
        callers.spawn(async move { server.refresh(&token, &home()).await });
    }
    let answers: Vec<SignedIn> = callers.join_all().await.into_iter().map(Result::unwrap).collect();
    let tokens: HashSet<&str> = answers.iter().map(|answer| answer.refresh_token.expose_secret()).collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(world.store.rows(|rows| rows.sessions[&first.session].secret.counter), 1);
    for answer in &answers {
        assert!(is_let_in(&world.identity, answer).await && is_let_in(&servers[1], answer).await);
    }
    let next = refreshed(&world.identity, &answers[7]).await.unwrap();
    assert!(is_let_in(&world.identity, &next).await);
}

#[rstest]
#[case::at_once(0)]
#[case::at_the_end_of_the_grace_period(30 * SECOND - 1)]
#[case::behind_it(30 * SECOND)]
#[case::much_later(HOUR)]
#[tokio::test]
async fn a_lost_answer_is_given_again_while_nobody_used_it(#[case] later: i64) {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let lost = refreshed(&world.identity, &first).await.unwrap();
    for _ in 0..2 {
        world.clock.advance_millis(later);
        let again = refreshed(&world.identity, &first).await.unwrap();
        assert!(same_refresh_token(&lost, &again));
        // A server that didn't rotate it makes the same token.
        let elsewhere = refreshed(&world.server_with_keys(&[1]), &first).await.unwrap();
        assert!(same_refresh_token(&lost, &elsewhere));
    }
    let again = refreshed(&world.identity, &first).await.unwrap();
    assert!(is_let_in(&world.identity, &again).await);
    assert!(refreshed(&world.identity, &again).await.is_ok());
}

#[tokio::test]
async fn within_the_grace_period_it_is_given_again_though_it_was_used() {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let second = refreshed(&world.identity, &first).await.unwrap();
    assert!(is_let_in(&world.identity, &second).await);
    world.clock.advance_millis(30 * SECOND - 1);
    let other_tab = refreshed(&world.identity, &first).await.unwrap();
    assert!(same_refresh_token(&second, &other_tab));
    assert!(is_let_in(&world.identity, &other_tab).await);
}

#[tokio::test]
async fn a_late_use_of_the_old_pair_is_none_of_the_new_one() {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let lost = refreshed(&world.identity, &first).await.unwrap();
    world.clock.advance_millis(MINUTE);
    // The old access token is still good, and so is what x-refresh makes of the old refresh token.
    assert!(is_let_in(&world.identity, &first).await);
    let of_old = fresh(&world.identity, first.refresh_token.expose_secret()).await;
    assert!(with_tokens(&world.identity, &of_old, None).await.is_ok());
    let again = refreshed(&world.identity, &first).await.unwrap();
    assert!(same_refresh_token(&lost, &again));
}

#[tokio::test]
async fn a_server_that_remembers_the_pair_before_knows_the_new_one_at_once() {
    let world = World::new();
    world.account("ada@example.org").await;
    let elsewhere = world.server_with_keys(&[1]);
    let first = world.session("ada@example.org").await;
    assert!(is_let_in(&elsewhere, &first).await);
    let second = refreshed(&world.identity, &first).await.unwrap();
    let is_noted = || world.store.rows(|rows| rows.sessions[&first.session].secret.pair_used);
    assert!(!is_noted());
    assert!(is_let_in(&elsewhere, &second).await);
    assert!(is_noted());
    let third = refreshed(&world.identity, &second).await.unwrap();
    assert!(!is_noted());
    assert!(with_tokens(&elsewhere, "garbage", Some(third.refresh_token.expose_secret())).await.is_ok());
    assert!(is_noted());
}

#[tokio::test]
async fn nor_does_it_take_a_use_of_the_pair_before_for_one_of_the_new() {
    let world = World::new();
    world.account("ada@example.org").await;
    let elsewhere = world.server_with_keys(&[1]);
    let first = world.session("ada@example.org").await;
    let second = refreshed(&world.identity, &first).await.unwrap();
    // It remembers the second pair as the current and unused one.
    assert!(is_let_in(&elsewhere, &first).await);
    let lost = refreshed(&world.identity, &second).await.unwrap();
    assert!(is_let_in(&elsewhere, &second).await);
    world.clock.advance_millis(MINUTE);
    let again = refreshed(&world.identity, &second).await.unwrap();
    assert!(same_refresh_token(&lost, &again));
}

#[derive(Clone, Copy)]
enum Over {
    ItsTime,
    Ended,
    Disabled,
    LetInAgain,
    Erased,
}

#[rstest]
#[tokio::test]
async fn a_session_that_is_over_is_not_refreshed(
    #[values(Over::ItsTime, Over::Ended, Over::Disabled, Over::LetInAgain, Over::Erased)] over: Over,
    #[values(false, true)] rotated: bool,
) {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let mut session = world.session("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    if rotated {
        session = refreshed(&world.identity, &session).await.unwrap();
    }
    match over {
        Over::ItsTime => {
            world.clock.advance_millis(i64::try_from(world.settings.session_ttl.as_millis()).unwrap() - 1);
            assert!(refreshed(&world.identity, &first).await.is_ok());
            world.clock.advance_millis(1);
        }
        Over::Ended => {
            world.identity.end_session(&actor(ada.user.id, &first), session.session).await.unwrap();
        }
        Over::Disabled | Over::LetInAgain => {
            assert!(world.identity.set_disabled(ada.user.id, true).await.unwrap());
            if matches!(over, Over::LetInAgain) {
                assert!(world.identity.set_disabled(ada.user.id, false).await.unwrap());
            }
        }
        Over::Erased => {
            let password = PASSWORD.into();
            world.identity.erase_user(&actor(ada.user.id, &first), &password, Precondition::Exists).await.unwrap();
        }
    }
    assert_not_refreshed(&world.identity, &session).await;
    assert!(with_tokens(&world.identity, "garbage", Some(session.refresh_token.expose_secret())).await.is_err());
    assert!(world.entries(AuditEvent::RefreshTokenReused).is_empty());
}
