//! That a session was used is noted at most hourly, and once a rotation: existing consumers send an expired pair with
//! every request, for ever.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::{Clock, Timestamp};
use roster_identity::IdentitySettings;
use rstest::rstest;
use secrecy::ExposeSecret;
use tokio::task::JoinSet;

use crate::world::{DAY, HOUR, MINUTE, SECOND, World, is_let_in, refreshed, with_tokens};

#[derive(Clone, Copy, Debug)]
enum Sends {
    /// The refresh token of the sign-in, never rotated.
    First,
    /// The one that a rotation answered.
    Current,
    /// The one before it, since the consumer never reads an answer.
    Previous,
}

#[rstest]
#[case(Sends::First, 0)]
#[case(Sends::Current, 1)]
#[case(Sends::Previous, 0)]
#[tokio::test]
async fn a_consumer_with_an_expired_pair_costs_a_write_an_hour(#[case] sends: Sends, #[case] of_rotation: usize) {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let refresh = match sends {
        Sends::First => first.refresh_token,
        Sends::Current => refreshed(&world.identity, &first).await.unwrap().refresh_token,
        Sends::Previous => {
            refreshed(&world.identity, &first).await.unwrap();
            first.refresh_token
        }
    };
    world.clock.advance_millis(15 * MINUTE);
    let (_, writes) = world.store.cost();
    let mut hours = 0;
    for _ in 0..1_000 {
        let before = world.clock.now().millis() / HOUR;
        world.clock.advance_millis(2 * HOUR / 1_000);
        hours += world.clock.now().millis() / HOUR - before;
        let bearer = first.access_token.expose_secret();
        let answer = with_tokens(&world.identity, bearer, Some(refresh.expose_secret())).await.unwrap();
        assert!(answer.fresh_access_token.is_some());
    }
    assert_eq!(hours, 2);
    assert_eq!(world.store.cost().1 - writes, 2 + of_rotation);
}

#[tokio::test]
async fn the_first_use_of_each_new_pair_is_one_write() {
    let world = World::new();
    world.account("ada@example.org").await;
    let mut session = world.session("ada@example.org").await;
    for rotation in 0..3 {
        let (_, writes) = world.store.cost();
        for _ in 0..5 {
            assert!(is_let_in(&world.identity, &session).await);
            world.clock.advance_millis(2 * SECOND);
        }
        // Before the first pair there was none that could be answered again.
        assert_eq!(world.store.cost().1 - writes, usize::from(rotation > 0));
        session = refreshed(&world.identity, &session).await.unwrap();
    }
}

#[tokio::test]
async fn many_at_once_note_it_once() {
    let world = Arc::new(World::new());
    world.account("ada@example.org").await;
    let session = Arc::new(world.session("ada@example.org").await);
    world.clock.set(Timestamp::parse("2024-03-01T12:59:59.500Z").unwrap());
    let refresh = session.refresh_token.expose_secret();
    assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_ok());
    world.clock.advance_millis(SECOND);
    let (reads, writes) = world.store.cost();
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let (world, session) = (world.clone(), session.clone());
        callers.spawn(async move {
            let refresh = session.refresh_token.expose_secret();
            with_tokens(&world.identity, "garbage", Some(refresh)).await.is_ok()
        });
    }
    assert_eq!(callers.join_all().await, [true; 20]);
    assert_eq!(world.store.cost(), (reads, writes + 1));
}

#[rstest]
#[case::shorter_than_an_access_token(10 * MINUTE)]
#[case::shorter_than_an_hour(40 * MINUTE)]
#[case::not_much_longer(90 * MINUTE)]
#[tokio::test]
async fn a_short_session_is_prolonged_too(#[case] session_ttl: i64) {
    let settings = IdentitySettings {
        session_ttl: Duration::from_millis(session_ttl.unsigned_abs()),
        hash_threads: 1,
        ..IdentitySettings::default()
    };
    let world = World::with(settings);
    world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let refresh = session.refresh_token.expose_secret();
    let (_, writes) = world.store.cost();
    let (step, hours) = (session_ttl / 5, 6);
    for _ in 0..hours * HOUR / step {
        world.clock.advance_millis(step);
        assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_ok());
    }
    let most = 4 * hours * HOUR / session_ttl + hours + 1;
    let noted = i64::try_from(world.store.cost().1 - writes).unwrap();
    assert!(noted <= most, "{noted} writes, more than {most}");
    // What wasn't noted is lost, but never more than a quarter of its life.
    world.clock.advance_millis(session_ttl * 3 / 4 - 1);
    assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_ok());
    world.clock.advance_millis(session_ttl);
    assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_err());
}

#[tokio::test]
async fn last_use_never_goes_back() {
    let world = World::new();
    world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    world.clock.advance_millis(DAY);
    let second = refreshed(&world.identity, &session).await.unwrap();
    let stored = || world.store.rows(|rows| rows.sessions[&session.session].clone());
    let before = stored();
    world.clock.advance_millis(-3 * HOUR);
    let third = refreshed(&world.identity, &second).await.unwrap();
    assert!(is_let_in(&world.identity, &third).await);
    let after = stored();
    assert!(after.secret.pair_used, "that was noted");
    assert_eq!((after.last_used_at, after.expires_at), (before.last_used_at, before.expires_at));
}

#[tokio::test]
async fn who_calls_does_not_suffer_when_it_cannot_be_noted() {
    let world = World::new();
    world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    world.clock.advance_millis(2 * HOUR);
    let refresh = session.refresh_token.expose_secret();
    world.store.failing.lock().unwrap().push("sessions.note_use");
    let last_used_at = || world.store.rows(|rows| rows.sessions[&session.session].last_used_at);
    let before = last_used_at();
    assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_ok());
    assert_eq!(last_used_at(), before);
    // Not every call tries again, each waiting for a store that is slow: only once the session is read anew.
    world.store.failing.lock().unwrap().clear();
    assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_ok());
    assert_eq!(last_used_at(), before);
    world.clock.advance_millis(1_500);
    assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_ok());
    assert_eq!(last_used_at(), before.plus_millis(2 * HOUR));
}
