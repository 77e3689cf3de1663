//! A caller who was seen a moment ago costs no look at the store, and is still refused as soon as they are over.

use roster_domain::ports::Revocation;
use roster_domain::{NewPassword, ObjectId, Precondition, UserId};
use roster_identity::{Identity, SignedIn, SignedUp, UserRequest};
use rstest::rstest;
use secrecy::ExposeSecret;

use crate::world::{PASSWORD, SECOND, World, actor, is_let_in, with_credentials, with_tokens};

/// What is shown again and again.
#[derive(Clone, Copy, Debug)]
enum Shown {
    Bearer,
    XRefresh,
    Credentials,
}

struct Ada {
    account: SignedUp,
    session: SignedIn,
    /// Another session, to act from.
    other: SignedIn,
}

impl Ada {
    async fn new(world: &World) -> Self {
        let account = world.account("ada@example.org").await;
        let (session, other) = (world.session("ada@example.org").await, world.session("ada@example.org").await);
        Self { account, session, other }
    }

    async fn is_let_in(&self, identity: &Identity, shown: Shown) -> bool {
        match shown {
            Shown::Bearer => is_let_in(identity, &self.session).await,
            Shown::XRefresh => {
                with_tokens(identity, "garbage", Some(self.session.refresh_token.expose_secret())).await.is_ok()
            }
            Shown::Credentials => {
                let session_id = self.account.client.session_id.as_str();
                with_credentials(identity, session_id, self.account.access_token.expose_secret()).await.is_ok()
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn costs_nothing_for_a_second_and_a_half(
    #[values(Shown::Bearer, Shown::XRefresh, Shown::Credentials)] shown: Shown,
) {
    let world = World::new();
    let ada = Ada::new(&world).await;
    assert!(ada.is_let_in(&world.identity, shown).await);
    let (reads, writes) = world.store.cost();
    for _ in 0..100 {
        world.clock.advance_millis(14);
        assert!(ada.is_let_in(&world.identity, shown).await);
    }
    world.clock.advance_millis(99);
    assert!(ada.is_let_in(&world.identity, shown).await);
    assert_eq!(world.store.cost(), (reads, writes));
    world.clock.advance_millis(1);
    for _ in 0..2 {
        assert!(ada.is_let_in(&world.identity, shown).await);
        assert_eq!(world.store.cost(), (reads + 1, writes));
    }
}

#[derive(Clone, Copy, Debug)]
enum End {
    Session,
    AllSessions,
    Password,
    OperatorsPassword,
    Disabled,
    Erased,
    Credentials,
}

async fn end(identity: &Identity, ada: &Ada, end: End) {
    let user = ada.account.user.id;
    let actor = actor(user, &ada.other);
    let password = NewPassword::parse("battery horse correct").unwrap();
    match end {
        End::Session => assert!(identity.end_session(&actor, ada.session.session).await.unwrap()),
        End::AllSessions => assert_eq!(identity.end_all_sessions(&actor).await.unwrap(), 2),
        End::Password => {
            let current_password = Some(PASSWORD.into());
            let request = UserRequest { password: Some(password), current_password, ..UserRequest::default() };
            identity.update_user(&actor, request, Precondition::Exists).await.unwrap();
        }
        End::OperatorsPassword => assert!(identity.set_password(user, &password).await.unwrap()),
        End::Disabled => assert!(identity.set_disabled(user, true).await.unwrap()),
        End::Erased => identity.erase_user(&actor, &PASSWORD.into(), Precondition::Exists).await.unwrap(),
        End::Credentials => {
            identity.replace_credentials(&actor, ada.account.client.id).await.unwrap().unwrap();
        }
    }
}

#[rstest]
#[tokio::test]
async fn is_refused_at_once_where_it_was_ended(
    #[values(
        (Shown::Bearer, End::Session), (Shown::Bearer, End::AllSessions), (Shown::Bearer, End::Password),
        (Shown::Bearer, End::OperatorsPassword), (Shown::Bearer, End::Disabled), (Shown::Bearer, End::Erased),
        (Shown::XRefresh, End::Session), (Shown::XRefresh, End::Password),
        (Shown::Credentials, End::Disabled), (Shown::Credentials, End::Erased), (Shown::Credentials, End::Credentials)
    )]
    (shown, ends): (Shown, End),
) {
    let world = World::new();
    let ada = Ada::new(&world).await;
    assert!(ada.is_let_in(&world.identity, shown).await);
    end(&world.identity, &ada, ends).await;
    assert!(!ada.is_let_in(&world.identity, shown).await);
}

/// How another server hears of what was ended.
#[derive(Clone, Copy, Debug)]
enum Heard {
    OfTheUser,
    OfEverybody,
    OfSomebodyElse,
    Nothing,
}

#[rstest]
#[tokio::test]
async fn is_refused_within_two_seconds_elsewhere(
    #[values((Shown::Bearer, End::Session), (Shown::XRefresh, End::Session), (Shown::Credentials, End::Credentials))]
    (shown, ends): (Shown, End),
    #[values(Heard::OfTheUser, Heard::OfEverybody, Heard::OfSomebodyElse, Heard::Nothing)] heard: Heard,
) {
    let world = World::new();
    let ada = Ada::new(&world).await;
    let elsewhere = world.server_with_keys(&[1]);
    assert!(ada.is_let_in(&elsewhere, shown).await);
    end(&world.identity, &ada, ends).await;
    match heard {
        Heard::OfTheUser => world.store.hear(Revocation::User(ada.account.user.id)),
        Heard::OfEverybody => world.store.hear(Revocation::Everybody),
        Heard::OfSomebodyElse => world.store.hear(Revocation::User(UserId::from(ObjectId::from_bytes([7; 12])))),
        Heard::Nothing => {}
    }
    let is_told = matches!(heard, Heard::OfTheUser | Heard::OfEverybody);
    assert_eq!(ada.is_let_in(&elsewhere, shown).await, !is_told);
    world.clock.advance_millis(3 * SECOND / 2);
    assert!(!ada.is_let_in(&elsewhere, shown).await);
}

#[tokio::test]
async fn who_is_heard_of_and_still_lives_is_let_in_after_another_look() {
    let world = World::new();
    let ada = Ada::new(&world).await;
    for shown in [Shown::Bearer, Shown::Credentials] {
        assert!(ada.is_let_in(&world.identity, shown).await);
        let (reads, writes) = world.store.cost();
        world.store.hear(Revocation::User(ada.account.user.id));
        for _ in 0..2 {
            assert!(ada.is_let_in(&world.identity, shown).await);
            assert_eq!(world.store.cost(), (reads + 1, writes));
        }
    }
}

#[tokio::test]
async fn a_failed_end_is_looked_up_again() {
    let world = World::new();
    let ada = Ada::new(&world).await;
    assert!(ada.is_let_in(&world.identity, Shown::Bearer).await);
    let reads = world.store.cost().0;
    // Whether it was written nobody knows.
    world.store.failing.lock().unwrap().push("sessions.end");
    let actor = actor(ada.account.user.id, &ada.other);
    assert!(world.identity.end_session(&actor, ada.session.session).await.is_err());
    assert!(ada.is_let_in(&world.identity, Shown::Bearer).await);
    assert_eq!(world.store.cost().0, reads + 1);
}
