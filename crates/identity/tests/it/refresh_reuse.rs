//! A refresh token that was replaced long ago is a copy in somebody else's hands: it ends its session. What nobody ever
//! had from us ends nothing.

use roster_domain::AuditEvent;
use roster_identity::{AuthenticationError, SignedIn};
use rstest::rstest;
use secrecy::ExposeSecret;

use crate::forgery::altered;
use crate::world::{SECOND, World, assert_not_refreshed, from, home, is_let_in, refreshed, with_tokens};

async fn assert_ended(world: &World, sessions: &[&SignedIn]) {
    for session in sessions {
        assert!(!is_let_in(&world.identity, session).await);
        assert_not_refreshed(&world.identity, session).await;
        let refresh = session.refresh_token.expose_secret();
        assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_err());
    }
}

#[derive(Clone, Copy, Debug)]
enum Use {
    AccessToken,
    XRefresh,
    /// Once more by the old token, whose answer counts as the current pair.
    AccessTokenGivenAgain,
}

#[rstest]
#[tokio::test]
async fn the_one_before_ends_its_session_once_the_current_pair_was_used(
    #[values(Use::AccessToken, Use::XRefresh, Use::AccessTokenGivenAgain)] used: Use,
) {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let other = world.session("ada@example.org").await;
    let second = refreshed(&world.identity, &first).await.unwrap();
    match used {
        Use::AccessToken => assert!(is_let_in(&world.identity, &second).await),
        Use::XRefresh => {
            let refresh = second.refresh_token.expose_secret();
            assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_ok());
        }
        Use::AccessTokenGivenAgain => {
            let again = refreshed(&world.identity, &first).await.unwrap();
            assert!(is_let_in(&world.identity, &again).await);
        }
    }
    world.clock.advance_millis(30 * SECOND);
    assert!(is_let_in(&world.identity, &second).await, "so that it is warm");
    let thief = from("203.0.113.7");
    let answer = world.identity.refresh(first.refresh_token.expose_secret(), &thief).await;
    assert!(matches!(answer, Err(AuthenticationError::Unauthenticated { token_sent: true })), "{answer:?}");
    assert_ended(&world, &[&first, &second]).await;
    assert!(is_let_in(&world.identity, &other).await, "no other session of the user");

    let entries = world.entries(AuditEvent::RefreshTokenReused);
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.user, entry.session), (Some(ada.user.id), Some(first.session)));
    assert_eq!((entry.subject.as_deref(), &entry.origin), (Some(&*first.session.to_string()), &thief));
}

#[tokio::test]
async fn an_older_one_ends_it_at_once() {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let second = refreshed(&world.identity, &first).await.unwrap();
    let third = refreshed(&world.identity, &second).await.unwrap();
    let again = refreshed(&world.identity, &second).await.unwrap();
    assert_eq!(again.refresh_token.expose_secret(), third.refresh_token.expose_secret());
    assert_not_refreshed(&world.identity, &first).await;
    assert_ended(&world, &[&second, &third]).await;
    assert_eq!(world.entries(AuditEvent::RefreshTokenReused).len(), 1, "though all of them were shown again");
}

#[tokio::test]
async fn x_refresh_refuses_an_old_one_and_ends_nothing() {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let refresh = first.refresh_token.expose_secret();
    assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_ok(), "so that it is warm");
    let second = refreshed(&world.identity, &first).await.unwrap();
    let third = refreshed(&world.identity, &second).await.unwrap();
    // Consumers send the same pair for ever.
    assert!(with_tokens(&world.identity, "garbage", Some(refresh)).await.is_err());
    assert!(with_tokens(&world.identity, "garbage", Some(second.refresh_token.expose_secret())).await.is_ok());
    assert!(is_let_in(&world.identity, &third).await);
    world.clock.advance_millis(30 * SECOND);
    assert!(with_tokens(&world.identity, "garbage", Some(second.refresh_token.expose_secret())).await.is_err());
    assert!(is_let_in(&world.identity, &third).await);
    assert!(world.entries(AuditEvent::RefreshTokenReused).is_empty());
}

#[tokio::test]
async fn a_forged_one_ends_nothing() {
    let (world, foreign) = (World::new(), World::with_keys(&[9]));
    let mut sessions = Vec::new();
    for world in [&world, &foreign] {
        world.account("ada@example.org").await;
        sessions.push(world.session("ada@example.org").await);
    }
    let (session, of_foreign_key) = (&sessions[0], &sessions[1]);
    assert_eq!(session.session, of_foreign_key.session, "it names the same session");
    let token = session.refresh_token.expose_secret();
    // User and session as they are, then the secret, then the tag.
    let forged =
        (28..76).map(|at| altered(token, at, 0x40)).chain([of_foreign_key.refresh_token.expose_secret().into()]);
    for forged in forged {
        let answer = world.identity.refresh(&forged, &home()).await;
        assert!(matches!(answer, Err(AuthenticationError::Unauthenticated { token_sent: true })), "{answer:?}");
        assert!(with_tokens(&world.identity, "garbage", Some(&forged)).await.is_err());
    }
    assert!(is_let_in(&world.identity, session).await);
    assert!(refreshed(&world.identity, session).await.is_ok());
    assert!(world.entries(AuditEvent::RefreshTokenReused).is_empty());
}
