//! The table of "who is calling", every combination of it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use roster_domain::{Caller, Clock as _};
use roster_identity::{Authenticated, AuthenticationError, IdentitySettings, Presented, SignedUp};
use secrecy::ExposeSecret;

use crate::world::{MINUTE, PASSWORD, SECOND, World, fresh, home, with_tokens};

/// What Bearer and `x-refresh` alone come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signed {
    /// Nobody signed in, and no Bearer was sent.
    Absent,
    /// A Bearer was sent, and nobody comes of it.
    Nobody,
    /// The user, by the Bearer: in the first session.
    One,
    /// The same by `x-refresh`.
    OneFresh,
    /// In the second session, by `x-refresh`.
    TwoFresh,
}
use Signed::{Absent, Nobody, One, OneFresh, TwoFresh};

/// What an answer comes to.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Caller { caller: Caller, fresh: bool },
    Mismatch { fresh: bool },
    Unauthenticated { token_sent: bool },
}

#[tokio::test]
async fn every_combination() {
    let world = World::new();
    let (ada, bob) = (world.account("ada@example.org").await, world.account("bob@example.org").await);
    let user = ada.user.id;
    let one = world.session("ada@example.org").await;
    let two = world.session("ada@example.org").await;
    let gone = world.session("ada@example.org").await;
    let foreign = world.server_with_keys(&[9]).sign_in("ada@example.org", PASSWORD, "", &home()).await.unwrap();
    let expired = one.access_token.expose_secret().to_owned();
    world.clock.advance_millis(15 * MINUTE);
    let one_refresh = one.refresh_token.expose_secret();
    let valid = fresh(&world.identity, one_refresh).await;
    let of_gone = fresh(&world.identity, gone.refresh_token.expose_secret()).await;
    let foreign_valid = fresh(&world.server_with_keys(&[9]), one_refresh).await;
    world.store.rows(|rows| rows.sessions.remove(&gone.session));
    // Nobody told this server, which remembers for a moment.
    world.clock.advance_millis(2 * SECOND);

    let mut truncated = valid.clone();
    truncated.pop();
    let other_kind = valid.replacen("rat_", "rrt_", 1);
    let refreshes: [Option<&str>; 6] = [
        None,
        Some(one_refresh),
        Some(two.refresh_token.expose_secret()),
        Some(gone.refresh_token.expose_secret()),
        Some(&valid),
        Some("garbage"),
    ];
    #[rustfmt::skip]
    let bearers: [(&str, Option<&str>, [Signed; 6]); 11] = [
        //                                            none    one       two       gone    access  garbage
        ("absent", None,                             [Absent, Absent,   Absent,   Absent, Absent, Absent]),
        ("valid", Some(&valid),                      [One,    One,      One,      One,    One,    One]),
        ("expired", Some(&expired),                  [Nobody, OneFresh, Nobody,   Nobody, Nobody, Nobody]),
        ("expired, of a session gone", Some(gone.access_token.expose_secret()),
                                                     [Nobody, Nobody,   Nobody,   Nobody, Nobody, Nobody]),
        ("of a session gone", Some(&of_gone),        [Nobody, Nobody,   Nobody,   Nobody, Nobody, Nobody]),
        ("garbage", Some("garbage"),                 [Nobody, OneFresh, TwoFresh, Nobody, Nobody, Nobody]),
        ("truncated", Some(&truncated),              [Nobody, OneFresh, TwoFresh, Nobody, Nobody, Nobody]),
        ("another kind", Some(&other_kind),          [Nobody, OneFresh, TwoFresh, Nobody, Nobody, Nobody]),
        ("a refresh token", Some(one_refresh),       [Nobody, OneFresh, TwoFresh, Nobody, Nobody, Nobody]),
        ("foreign key", Some(&foreign_valid),        [Nobody, OneFresh, TwoFresh, Nobody, Nobody, Nobody]),
        ("foreign key, expired", Some(foreign.access_token.expose_secret()),
                                                     [Nobody, OneFresh, TwoFresh, Nobody, Nobody, Nobody]),
    ];
    let session_of = |signed_up: &SignedUp| signed_up.client.session_id.as_str().to_owned();
    let token_of = |signed_up: &SignedUp| signed_up.access_token.expose_secret().to_owned();
    let credentials: [(Option<String>, Option<String>, Option<&SignedUp>); 8] = [
        (None, None, None),
        (Some(session_of(&ada)), Some(token_of(&ada)), Some(&ada)),
        (Some(session_of(&bob)), Some(token_of(&bob)), Some(&bob)),
        (Some(session_of(&ada)), None, None),
        (None, Some(token_of(&ada)), None),
        (Some(session_of(&ada)), Some(token_of(&bob)), None),
        (Some("unknown".to_owned()), Some(token_of(&ada)), None),
        (Some("not visible ASCII \u{0}".to_owned()), Some(token_of(&ada)), None),
    ];

    let writes = world.store.writes.load(Ordering::SeqCst);
    for (name, bearer, row) in bearers {
        for (refresh, signed) in refreshes.into_iter().zip(row) {
            for (client_session, client_token, of) in &credentials {
                let shown = client_session.is_some() || client_token.is_some();
                let narrowed = of.filter(|of| of.user.id == user).map(|of| of.client.id);
                let signed_in = |session, fresh| match (shown, narrowed) {
                    (true, None) => Outcome::Mismatch { fresh },
                    (_, client) => Outcome::Caller { caller: Caller::User { user, session, client }, fresh },
                };
                let expected = match (signed, of) {
                    (Absent, Some(SignedUp { user, client, .. })) => {
                        let caller = Caller::Client { user: user.id, client: client.id };
                        Outcome::Caller { caller, fresh: false }
                    }
                    (Absent, None) => Outcome::Unauthenticated { token_sent: false },
                    (Nobody, _) => Outcome::Unauthenticated { token_sent: true },
                    (One, _) => signed_in(one.session, false),
                    (OneFresh, _) => signed_in(one.session, true),
                    (TwoFresh, _) => signed_in(two.session, true),
                };
                let (client_session, client_token) = (client_session.as_deref(), client_token.as_deref());
                let presented = Presented { bearer, refresh, client_session, client_token };
                let outcome = outcome(&world, &presented).await;
                assert_eq!(outcome, expected, "{name}, {refresh:?}, {client_session:?}, {client_token:?}");
            }
        }
    }
    assert_eq!(world.store.writes.load(Ordering::SeqCst), writes, "authentication never writes");
}

/// What the answer comes to; and whatever fresh token it carries is good.
async fn outcome(world: &World, presented: &Presented<'_>) -> Outcome {
    let (outcome, token) = match world.identity.authenticate(presented).await {
        Ok(answer) => {
            let fresh = answer.fresh_access_token.is_some();
            (Outcome::Caller { caller: answer.caller, fresh }, answer.fresh_access_token)
        }
        Err(AuthenticationError::ClientMismatch { fresh_access_token }) => {
            (Outcome::Mismatch { fresh: fresh_access_token.is_some() }, fresh_access_token)
        }
        Err(AuthenticationError::Unauthenticated { token_sent }) => (Outcome::Unauthenticated { token_sent }, None),
        Err(AuthenticationError::Store(error)) => panic!("{error}"),
    };
    if let Some(token) = token {
        let again = with_tokens(&world.identity, token.expose_secret(), None).await.unwrap();
        let Caller::User { user, session, client: None } = again.caller else { panic!("{:?}", again.caller) };
        if let Outcome::Caller { caller, .. } = &outcome {
            let Caller::User { user: first_user, session: first_session, .. } = caller else { panic!("{caller:?}") };
            assert_eq!((user, session), (*first_user, *first_session));
        }
    }
    outcome
}

#[tokio::test]
async fn a_session_ends_by_itself_when_it_is_not_used() {
    let world = World::new();
    world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let refresh = session.refresh_token.expose_secret();
    let ttl = i64::try_from(world.settings.session_ttl.as_millis()).unwrap();
    for _ in 0..2 {
        world.clock.advance_millis(ttl - 1);
        let access = fresh(&world.identity, refresh).await;
        assert!(with_tokens(&world.identity, &access, None).await.is_ok());
    }
    world.clock.advance_millis(ttl);
    assert_nobody(&world, session.access_token.expose_secret(), Some(refresh)).await;
    assert_nobody(&world, "garbage", Some(refresh)).await;
}

#[tokio::test]
async fn an_access_token_is_of_no_use_beyond_its_session() {
    let ten_minutes = Duration::from_secs(10 * 60);
    let world = World::with(IdentitySettings { session_ttl: ten_minutes, ..IdentitySettings::default() });
    world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let access = session.access_token.expose_secret();
    world.clock.advance_millis(10 * MINUTE - 1);
    // Warm as it is, and this use isn't noted.
    world.store.failing.lock().unwrap().push("sessions.note_use");
    assert!(with_tokens(&world.identity, access, None).await.is_ok());
    world.clock.advance_millis(1);
    assert_nobody(&world, access, None).await;
}

/// Whoever sends something long may take longer than an access token lives, but not longer than its session.
#[tokio::test]
async fn what_was_shown_in_time_counts_while_its_session_lives() {
    let world = World::new();
    let user = world.account("ada@example.org").await.user.id;
    let session = world.session("ada@example.org").await;
    let presented = Presented { bearer: Some(session.access_token.expose_secret()), ..Presented::default() };
    let shown_at = world.clock.now();

    world.clock.advance_millis(15 * MINUTE);
    assert_eq!(outcome(&world, &presented).await, Outcome::Unauthenticated { token_sent: true });
    let Authenticated { caller, fresh_access_token } =
        world.identity.authenticate_shown_at(&presented, shown_at).await.unwrap();
    assert_eq!(caller, Caller::User { user, session: session.session, client: None });
    assert!(fresh_access_token.is_none());

    let again = |shown_at| world.identity.authenticate_shown_at(&presented, shown_at);
    assert!(again(world.clock.now()).await.is_err(), "it had expired when it was shown");
    world.store.rows(|rows| rows.sessions.remove(&session.session));
    // Nobody told this server, which remembers for a moment.
    world.clock.advance_millis(2 * SECOND);
    assert!(again(shown_at).await.is_err());
}

#[tokio::test]
async fn a_disabled_user_and_its_clients_are_nobody() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    world.store.rows(|rows| rows.disabled.push(ada.user.id));
    let refresh = session.refresh_token.expose_secret();
    assert_nobody(&world, session.access_token.expose_secret(), Some(refresh)).await;
    assert_nobody(&world, "garbage", Some(refresh)).await;
    let presented = Presented {
        client_session: Some(ada.client.session_id.as_str()),
        client_token: Some(ada.access_token.expose_secret()),
        ..Presented::default()
    };
    assert_eq!(outcome(&world, &presented).await, Outcome::Unauthenticated { token_sent: false });
}

#[tokio::test]
async fn garbage_is_refused_without_asking_the_store() {
    let world = World::new();
    world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let foreign = fresh(&world.server_with_keys(&[9]), session.refresh_token.expose_secret()).await;
    let reads = world.store.reads.load(Ordering::SeqCst);
    for bearer in ["garbage", "rat_", &"rat_A".repeat(20), &foreign] {
        assert_nobody(&world, bearer, None).await;
        assert_nobody(&world, bearer, Some("rrt_garbage")).await;
    }
    assert_eq!(world.store.reads.load(Ordering::SeqCst), reads);
}

#[tokio::test]
async fn a_store_that_fails_makes_nobody_unauthenticated() {
    let world = World::new();
    world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    world.store.down.store(true, Ordering::SeqCst);
    let answer = with_tokens(&world.identity, session.access_token.expose_secret(), None).await;
    assert!(matches!(answer, Err(AuthenticationError::Store(_))), "{answer:?}");
}

async fn assert_nobody(world: &World, bearer: &str, refresh: Option<&str>) {
    let presented = Presented { bearer: Some(bearer), refresh, ..Presented::default() };
    assert_eq!(outcome(world, &presented).await, Outcome::Unauthenticated { token_sent: true });
}
