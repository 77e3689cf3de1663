//! An account is changed and erased by whoever is signed in to it, and where it matters knows its password.

use roster_domain::{Email, InvalidCode, NewPassword, PersonName, Precondition};
use roster_identity::{AccountError, Actor, SignInError, SignedIn, SignedUp, UserRequest};
use rstest::rstest;
use secrecy::ExposeSecret;

use crate::world::{
    HOUR, PASSWORD, World, actor, assert_not_refreshed, home, is_let_in, sign_up, with_credentials, with_tokens,
};

const NEW_PASSWORD: &str = "battery horse correct";

async fn ada(world: &World) -> (SignedUp, SignedIn, Actor) {
    let ada = world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let actor = actor(ada.user.id, &session);
    (ada, session, actor)
}

fn new_email(text: &str, current: Option<&str>) -> UserRequest {
    let current_password = current.map(Into::into);
    UserRequest { email: Some(Email::parse(text).unwrap()), current_password, ..UserRequest::default() }
}

fn new_password(text: &str, current: Option<&str>) -> UserRequest {
    let current_password = current.map(Into::into);
    UserRequest { password: Some(NewPassword::parse(text).unwrap()), current_password, ..UserRequest::default() }
}

async fn signs_in(world: &World, email: &str, password: &str) -> bool {
    let answer = world.identity.sign_in(email, password, "", &home()).await;
    assert!(matches!(answer, Ok(_) | Err(SignInError::BadCredentials)), "{answer:?}");
    answer.is_ok()
}

#[tokio::test]
async fn names_need_no_password() {
    let world = World::new();
    let (ada, session, actor) = ada(&world).await;
    world.clock.advance_millis(HOUR);
    let request = UserRequest { lastname: Some(PersonName::parse("Bello").unwrap()), ..UserRequest::default() };
    let user = world.identity.update_user(&actor, request, Precondition::Exists).await.unwrap();
    assert_eq!((user.firstname.as_str(), user.lastname.as_str()), ("Amina", "Bello"));
    assert_eq!((&user.email, user.updated_at), (&ada.user.email, ada.user.created_at.plus_millis(HOUR)));
    assert!(world.identity.refresh(session.refresh_token.expose_secret(), &home()).await.is_ok());
}

#[rstest]
#[case::an_address(new_email("eve@example.org", None))]
#[case::an_address_and_a_wrong_one(new_email("eve@example.org", Some("wrong horse battery")))]
#[case::a_password(new_password(NEW_PASSWORD, None))]
#[case::a_password_and_the_new_one(new_password(NEW_PASSWORD, Some(NEW_PASSWORD)))]
#[case::a_bad_password_and_a_wrong_one(new_password("password", Some("")))]
#[tokio::test]
async fn a_new_address_or_password_needs_the_current_password(#[case] request: UserRequest) {
    let world = World::new();
    let (_, _, actor) = ada(&world).await;
    let answer = world.identity.update_user(&actor, request, Precondition::Exists).await;
    assert!(matches!(answer, Err(AccountError::WrongPassword)), "{answer:?}");
    assert!(signs_in(&world, "ada@example.org", PASSWORD).await);
}

#[tokio::test]
async fn a_new_address_takes_the_place_of_the_old_one() {
    let world = World::new();
    let (_, session, actor) = ada(&world).await;
    world
        .identity
        .update_user(&actor, new_email("Eve@example.org", Some(PASSWORD)), Precondition::Exists)
        .await
        .unwrap();
    assert!(!signs_in(&world, "ada@example.org", PASSWORD).await);
    assert!(signs_in(&world, "eve@example.org", PASSWORD).await);
    assert!(is_let_in(&world.identity, &session).await);
    world.account("ada@example.org").await;
}

#[tokio::test]
async fn nobody_takes_anothers_address() {
    let world = World::new();
    let (_, _, actor) = ada(&world).await;
    world.account("bob@example.org").await;
    let answer =
        world.identity.update_user(&actor, new_email("BOB@example.org", Some(PASSWORD)), Precondition::Exists).await;
    assert!(matches!(answer, Err(AccountError::EmailTaken)), "{answer:?}");
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let world = World::new();
    let (ada, session, actor) = ada(&world).await;
    let other = world.session("ada@example.org").await;
    assert!(is_let_in(&world.identity, &other).await && is_let_in(&world.identity, &session).await);
    world.identity.update_user(&actor, new_password(NEW_PASSWORD, Some(PASSWORD)), Precondition::Exists).await.unwrap();
    assert!(!is_let_in(&world.identity, &other).await);
    assert_not_refreshed(&world.identity, &other).await;
    assert!(is_let_in(&world.identity, &session).await);
    assert!(!signs_in(&world, "ada@example.org", PASSWORD).await);
    assert!(signs_in(&world, "ada@example.org", NEW_PASSWORD).await);
    let (session_id, token) = (ada.client.session_id.as_str(), ada.access_token.expose_secret());
    assert!(with_credentials(&world.identity, session_id, token).await.is_ok(), "clients have nothing to do with it");
}

#[rstest]
#[case::common(new_password("Trustno1", Some(PASSWORD)))]
#[case::the_address(new_password("ADA@example.org", Some(PASSWORD)))]
#[case::the_new_address(UserRequest { email: Email::parse("eve@example.org").ok(), ..new_password("eve@example.org", Some(PASSWORD)) })]
#[tokio::test]
async fn a_password_that_is_guessed_first_is_refused(#[case] request: UserRequest) {
    let world = World::new();
    let (_, _, actor) = ada(&world).await;
    let answer = world.identity.update_user(&actor, request, Precondition::Exists).await;
    let Err(AccountError::NewPassword(invalid)) = answer else { panic!("{answer:?}") };
    assert_eq!(invalid.code, InvalidCode::TooCommon);
    assert!(signs_in(&world, "ada@example.org", PASSWORD).await);
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_is_not_the_current_one() {
    for act in ["users.update", "users.erase"] {
        let world = World::new();
        let (ada, session, actor) = ada(&world).await;
        let user = ada.user.id;
        world.store.meanwhile(act, move |rows| rows.set_password_hash(user, "another one"));
        let answer = if act == "users.erase" {
            world.identity.erase_user(&actor, &PASSWORD.into(), Precondition::Exists).await
        } else {
            world
                .identity
                .update_user(&actor, new_password(NEW_PASSWORD, Some(PASSWORD)), Precondition::Exists)
                .await
                .map(drop)
        };
        assert!(matches!(answer, Err(AccountError::WrongPassword)), "{answer:?}");
        assert_eq!(world.store.rows(|rows| rows.accounts[0].user.password_hash.clone()), "another one");
        assert!(is_let_in(&world.identity, &session).await);
    }
}

#[tokio::test]
async fn an_erased_account_answers_nobody() {
    let world = World::new();
    let (ada, session, actor) = ada(&world).await;
    world.account("bob@example.org").await;
    let bob = world.session("bob@example.org").await;
    assert!(is_let_in(&world.identity, &session).await);
    world.identity.erase_user(&actor, &PASSWORD.into(), Precondition::Exists).await.unwrap();
    assert!(!is_let_in(&world.identity, &session).await);
    assert_not_refreshed(&world.identity, &session).await;
    assert!(with_tokens(&world.identity, "garbage", Some(session.refresh_token.expose_secret())).await.is_err());
    let (session_id, token) = (ada.client.session_id.as_str(), ada.access_token.expose_secret());
    assert!(with_credentials(&world.identity, session_id, token).await.is_err());
    assert!(!signs_in(&world, "ada@example.org", PASSWORD).await);
    assert!(is_let_in(&world.identity, &bob).await);
    let again = world.identity.sign_up(sign_up("ada@example.org"), &home()).await.unwrap();
    assert_ne!(again.user.id, ada.user.id);
}

#[tokio::test]
async fn erasing_needs_the_password() {
    let world = World::new();
    let (_, session, actor) = ada(&world).await;
    for wrong in ["", "wrong horse battery"] {
        let answer = world.identity.erase_user(&actor, &wrong.into(), Precondition::Exists).await;
        assert!(matches!(answer, Err(AccountError::WrongPassword)), "{answer:?}");
    }
    assert!(is_let_in(&world.identity, &session).await);
}

#[tokio::test]
async fn who_is_gone_changes_nothing() {
    let world = World::new();
    let (ada, _, actor) = ada(&world).await;
    assert!(world.identity.set_disabled(ada.user.id, true).await.unwrap());
    let changed =
        world.identity.update_user(&actor, new_password(NEW_PASSWORD, Some(PASSWORD)), Precondition::Exists).await;
    assert!(matches!(changed, Err(AccountError::Gone)), "{changed:?}");
    let erased = world.identity.erase_user(&actor, &PASSWORD.into(), Precondition::Exists).await;
    assert!(matches!(erased, Err(AccountError::Gone)), "{erased:?}");
}
