//! Sessions are ended one by one, or all.

use roster_domain::SessionId;
use uuid::Uuid;

use crate::world::{HOUR, World, actor, assert_not_refreshed, is_let_in};

#[tokio::test]
async fn one_ends_at_once_and_the_others_go_on() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let (one, other) = (world.session("ada@example.org").await, world.session("ada@example.org").await);
    let actor = actor(ada.user.id, &one);
    assert!(is_let_in(&world.identity, &other).await);
    assert!(world.identity.end_session(&actor, other.session).await.unwrap());
    assert!(!is_let_in(&world.identity, &other).await);
    assert_not_refreshed(&world.identity, &other).await;
    assert!(is_let_in(&world.identity, &one).await);
    assert!(!world.identity.end_session(&actor, other.session).await.unwrap(), "it ended before");
}

#[tokio::test]
async fn all_end_at_once_and_nobody_elses() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    world.account("bob@example.org").await;
    let (one, other) = (world.session("ada@example.org").await, world.session("ada@example.org").await);
    let bob = world.session("bob@example.org").await;
    let actor = actor(ada.user.id, &one);
    assert_eq!(world.identity.end_all_sessions(&actor).await.unwrap(), 2);
    for session in [&one, &other] {
        assert!(!is_let_in(&world.identity, session).await);
        assert_not_refreshed(&world.identity, session).await;
    }
    assert!(is_let_in(&world.identity, &bob).await);
}

#[tokio::test]
async fn nobody_ends_what_is_not_theirs_or_not_there() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    world.account("bob@example.org").await;
    let (one, bob) = (world.session("ada@example.org").await, world.session("bob@example.org").await);
    let actor = actor(ada.user.id, &one);
    for id in [bob.session, SessionId::from(Uuid::nil())] {
        assert!(!world.identity.end_session(&actor, id).await.unwrap());
    }
    assert!(is_let_in(&world.identity, &bob).await);
}

#[tokio::test]
async fn none_lives_again_when_the_clock_is_set_back() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    assert!(is_let_in(&world.identity, &session).await);
    world.identity.end_session(&actor(ada.user.id, &session), session.session).await.unwrap();
    world.clock.advance_millis(-HOUR);
    assert!(!is_let_in(&world.identity, &session).await);
    assert_not_refreshed(&world.identity, &session).await;
}
