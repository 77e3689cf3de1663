//! New accounts.

use std::sync::atomic::Ordering;

use roster_domain::Clock;
use roster_identity::{IdentitySettings, Refused, Registration, SignUpError};
use secrecy::ExposeSecret;

use crate::world::{PASSWORD, World, home, sign_up};

#[tokio::test]
async fn an_account_has_its_default_client_and_group() {
    let world = World::new();
    let made = world.account("Ada@example.org").await;
    let now = world.clock.now();
    assert_eq!((made.user.email.as_str(), made.user.created_at, made.user.updated_at), ("Ada@example.org", now, now));
    assert_eq!((made.user.firstname.as_str(), made.user.lastname.as_str()), ("Amina", ""));
    assert_eq!((made.client.name.as_str(), made.client.is_default, made.client.created_at), ("Default", true, now));
    let stored = world.store.rows(|rows| rows.accounts[0].clone());
    assert_eq!((stored.client.group.title.as_str(), stored.client.group.is_default), ("Default", true));
    assert!(stored.user.password_hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

#[tokio::test]
async fn nothing_stored_lets_anybody_in() {
    let world = World::new();
    let made = world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let stored =
        world.store.rows(|rows| format!("{:?} {:?} {:?} {:?}", rows.accounts, rows.clients, rows.sessions, rows.trail));
    for secret in [&made.access_token, &session.access_token, &session.refresh_token] {
        assert!(!stored.contains(&secret.expose_secret()[4..]));
    }
    assert!(!stored.contains(PASSWORD));
}

#[tokio::test]
async fn an_address_has_one_account_whatever_its_case() {
    let world = World::new();
    world.account("ada@example.org").await;
    let again = world.identity.sign_up(sign_up("ADA@example.org"), &home()).await;
    assert!(matches!(again, Err(SignUpError::EmailTaken)), "{again:?}");
    let expected = ["attempts.book", "finders.sign_in", "users.create_account", "attempts.book", "finders.sign_in"];
    assert_eq!(world.store.new_acts(), expected);
}

#[tokio::test]
async fn the_store_decides_who_was_first() {
    let world = World::new();
    world.account("ada@example.org").await;
    world.store.blind.store(true, Ordering::SeqCst);
    let again = world.identity.sign_up(sign_up("ada@example.org"), &home()).await;
    assert!(matches!(again, Err(SignUpError::EmailTaken)), "{again:?}");
    assert_eq!(world.store.new_acts().last(), Some(&"users.create_account"));
    assert_eq!(world.store.rows(|rows| rows.accounts.len()), 1);
}

#[tokio::test]
async fn closed_registration_leaves_it_to_the_operator() {
    let world = World::with(IdentitySettings { registration: Registration::Closed, ..IdentitySettings::default() });
    assert!(!world.identity.registration_open());
    let refused = world.identity.sign_up(sign_up("ada@example.org"), &home()).await;
    assert!(matches!(refused, Err(SignUpError::RegistrationClosed)), "{refused:?}");
    assert_eq!(world.store.cost(), (0, 0));
    assert!(world.identity.create_user(sign_up("ada@example.org"), &home()).await.is_ok());
    world.session("ada@example.org").await;
}

#[tokio::test]
async fn a_store_that_fails_says_so() {
    let world = World::new();
    world.store.down.store(true, Ordering::SeqCst);
    let failed = world.identity.sign_up(sign_up("ada@example.org"), &home()).await;
    assert!(matches!(failed, Err(SignUpError::Refused(Refused::Store(_)))), "{failed:?}");
}
