//! Signing in.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use roster_domain::{Clock, Timestamp};
use roster_identity::{AuthenticationError, Refused, SignInError};
use rstest::rstest;
use secrecy::ExposeSecret;
use tokio::task::JoinSet;

use crate::world::{PASSWORD, World, from, home, with_tokens};

#[tokio::test]
async fn a_session_is_as_its_settings_say() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let agent = format!("curl\t/8\u{0}{}", "é".repeat(300));
    let signed_in = world.identity.sign_in(" ADA@Example.org", PASSWORD, &agent, &home()).await.unwrap();
    assert_eq!(signed_in.expires_in, world.settings.access_ttl);

    let now = world.clock.now();
    let stored = world.store.rows(|rows| rows.sessions[&signed_in.session].clone());
    assert_eq!((stored.id, stored.user, stored.created_at), (signed_in.session, ada.user.id, now));
    assert_eq!(stored.user_agent, format!("curl/8{}", "é".repeat(250)));
    assert_eq!(stored.last_used_at, Timestamp::parse("2024-03-01T12:00:00Z").unwrap());
    assert_eq!(stored.expires_at, Timestamp::parse("2025-03-01T12:34:56.789Z").unwrap());
    assert_eq!((stored.secret.counter, stored.secret.previous_token_hash), (0, None));
}

#[tokio::test]
async fn the_access_token_is_good_for_a_quarter_of_an_hour() {
    let world = World::new();
    world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let access = session.access_token.expose_secret();
    world.clock.advance_millis(15 * 60 * 1000 - 1);
    assert!(with_tokens(&world.identity, access, None).await.is_ok());
    world.clock.advance_millis(1);
    let late = with_tokens(&world.identity, access, None).await;
    assert!(matches!(late, Err(AuthenticationError::Unauthenticated { token_sent: true })), "{late:?}");
}

#[rstest]
#[case("ada@example.org", "correct horse batterz")]
#[case("ada@example.org", "")]
#[case("ada@example.org", " correct horse battery")]
#[case("ada@example.org", &"x".repeat(64 * 1024))]
#[case("bob@example.org", PASSWORD)]
#[case("no address", PASSWORD)]
#[case("ada@example.org\u{0}", PASSWORD)]
#[case(&"x".repeat(64 * 1024), PASSWORD)]
#[case("", "")]
#[tokio::test]
async fn what_is_not_right_is_wrong(#[case] email: &str, #[case] password: &str) {
    let world = World::new();
    world.account("ada@example.org").await;
    let answer = world.identity.sign_in(email, password, "", &home()).await;
    assert!(matches!(answer, Err(SignInError::BadCredentials)), "{answer:?}");
    assert!(world.store.rows(|rows| rows.sessions.is_empty()));
}

#[tokio::test]
async fn a_disabled_user_is_not_signed_in() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    world.store.rows(|rows| rows.disabled.push(ada.user.id));
    let answer = world.identity.sign_in("ada@example.org", PASSWORD, "", &home()).await;
    assert!(matches!(answer, Err(SignInError::BadCredentials)), "{answer:?}");
}

#[tokio::test]
async fn nor_is_one_who_goes_meanwhile() {
    let world = World::new();
    world.account("ada@example.org").await;
    world.store.leaving.store(true, Ordering::SeqCst);
    let answer = world.identity.sign_in("ada@example.org", PASSWORD, "", &home()).await;
    assert!(matches!(answer, Err(SignInError::BadCredentials)), "{answer:?}");
}

/// Else the session would outlive those that the new password ended.
#[tokio::test]
async fn nor_is_one_whose_password_is_changed_meanwhile() {
    let world = World::new();
    let user = world.account("ada@example.org").await.user.id;
    // Of another password.
    let changed = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";
    world.store.meanwhile("sessions.create", move |rows| rows.set_password_hash(user, changed));
    let answer = world.identity.sign_in("ada@example.org", PASSWORD, "", &home()).await;
    assert!(matches!(answer, Err(SignInError::BadCredentials)), "{answer:?}");
    assert!(world.store.rows(|rows| rows.sessions.is_empty()));
}

#[tokio::test]
async fn counters_that_fail_late_fail_nobody() {
    let world = World::new();
    world.account("ada@example.org").await;
    world.store.failing.lock().unwrap().push("attempts.take_back");
    let answer = world.identity.sign_in("ada@example.org", PASSWORD, "", &home()).await;
    assert!(answer.is_ok(), "{answer:?}");
}

#[tokio::test]
async fn a_damaged_hash_is_a_failure_of_the_store() {
    let world = World::new();
    world.account("ada@example.org").await;
    world.store.rows(|rows| rows.accounts[0].user.password_hash = "damaged".to_owned());
    let answer = world.identity.sign_in("ada@example.org", PASSWORD, "", &home()).await;
    assert!(matches!(answer, Err(SignInError::Refused(Refused::Store(_)))), "{answer:?}");
}

#[tokio::test]
async fn many_at_once_are_answered_all_of_them() {
    let world = Arc::new(World::new());
    world.account("ada@example.org").await;
    let mut callers = JoinSet::new();
    for number in 0..40 {
        let world = world.clone();
        // Half of them with an address that nobody has: they queue, and are turned away, like the others.
        let email = if number % 2 == 0 { "ada@example.org" } else { "bob@example.org" };
        callers.spawn(async move {
            // From so many places that no counter closes.
            let origin = from(&format!("192.0.2.{number}"));
            world.identity.sign_in(email, "wrong horse battery", "", &origin).await
        });
    }
    let answers = callers.join_all().await;
    let busy = answers.iter().filter(|answer| matches!(answer, Err(SignInError::Refused(Refused::Busy)))).count();
    let wrong = answers.iter().filter(|answer| matches!(answer, Err(SignInError::BadCredentials))).count();
    assert_eq!(busy + wrong, 40);
    assert!(wrong >= 32, "{wrong}");
    assert!(world.store.reads.load(Ordering::SeqCst) >= 40);
}
