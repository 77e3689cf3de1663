//! Replacing the secret key logs nobody out.

use roster_domain::{AuditEvent, Caller};
use rstest::rstest;
use secrecy::ExposeSecret;

use crate::world::{HOUR, SECOND, World, assert_not_refreshed, fresh, is_let_in, refreshed, with_tokens};

#[tokio::test]
async fn a_key_is_replaced_in_two_steps() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let (access, refresh) = (session.access_token.expose_secret(), session.refresh_token.expose_secret());
    let expected = Caller::User { user: ada.user.id, session: session.session, client: None };

    // The new key stands first, the old one still verifies: everybody's tokens go on.
    let both = world.server_with_keys(&[2, 1]);
    let answer = with_tokens(&both, access, Some(refresh)).await.unwrap();
    assert_eq!((answer.caller, answer.fresh_access_token.is_some()), (expected, false));

    // What it signs, it signs with the new one.
    let new_access = fresh(&both, refresh).await;
    assert!(with_tokens(&world.identity, &new_access, None).await.is_err());

    // The old key is gone: access tokens of its time are of no use, but the refresh token is.
    let new_alone = world.server_with_keys(&[2]);
    assert!(with_tokens(&new_alone, access, None).await.is_err());
    let answer = with_tokens(&new_alone, access, Some(refresh)).await.unwrap();
    assert_eq!((answer.caller, answer.fresh_access_token.is_some()), (expected, true));
    assert!(with_tokens(&new_alone, &new_access, None).await.is_ok());
}

#[tokio::test]
async fn a_token_of_a_removed_key_is_refreshed() {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let server = world.server_with_keys(&[2]);
    let second = refreshed(&server, &first).await.unwrap();
    assert_eq!(second.session, first.session);
    // Also when that answer was lost: the new key made it, and can make it again.
    world.clock.advance_millis(HOUR);
    let again = refreshed(&server, &first).await.unwrap();
    assert_eq!(again.refresh_token.expose_secret(), second.refresh_token.expose_secret());
    assert!(is_let_in(&server, &again).await);
    assert!(refreshed(&server, &again).await.is_ok());
}

#[rstest]
#[case::in_the_grace_period(SECOND)]
#[case::while_the_pair_is_unused(HOUR)]
#[tokio::test]
async fn the_token_before_is_answered_a_pair_that_works_though_its_key_is_gone(#[case] later: i64) {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let second = refreshed(&world.identity, &first).await.unwrap();
    world.clock.advance_millis(later);
    let server = world.server_with_keys(&[2]);
    let third = refreshed(&server, &first).await.unwrap();
    assert!(is_let_in(&server, &third).await);
    // Who had the answer that this one took for lost is the one before now.
    let of_second = refreshed(&server, &second).await.unwrap();
    assert_eq!(of_second.refresh_token.expose_secret(), third.refresh_token.expose_secret());
    assert!(refreshed(&server, &third).await.is_ok());
}

#[tokio::test]
async fn an_old_token_of_a_removed_key_is_refused_and_ends_nothing() {
    let world = World::new();
    world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let second = refreshed(&world.identity, &first).await.unwrap();
    let third = refreshed(&world.identity, &second).await.unwrap();
    let server = world.server_with_keys(&[2]);
    assert_not_refreshed(&server, &first).await;
    assert!(world.entries(AuditEvent::RefreshTokenReused).is_empty());
    assert!(refreshed(&server, &third).await.is_ok());
    // A server that still knows the key can tell.
    assert_not_refreshed(&world.server_with_keys(&[2, 1]), &first).await;
    assert_eq!(world.entries(AuditEvent::RefreshTokenReused).len(), 1);
}
