//! Guessing from one address: at an account, at many, and at new accounts.

use std::sync::Arc;

use roster_domain::{AuditEvent, Precondition};
use roster_identity::{AccountError, Identity, Refused, SignInError, SignUpError, UserRequest};
use rstest::rstest;
use tokio::task::JoinSet;

use crate::world::{HOUR, MINUTE, PASSWORD, SECOND, World, actor, from, home, sign_up};

const WRONG: &str = "wrong horse battery";

/// What a guess comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    Right,
    Wrong,
    /// Nobody looked at it, and it may be tried again after so many seconds.
    TooMany(u32),
    Busy,
}
use Guess::{Busy, Right, TooMany, Wrong};

pub async fn guess(identity: &Identity, email: &str, password: &str, address: &str) -> Guess {
    match identity.sign_in(email, password, "", &from(address)).await {
        Ok(_) => Right,
        Err(SignInError::BadCredentials) => Wrong,
        Err(SignInError::Refused(Refused::TooMany { retry_after })) => TooMany(retry_after),
        Err(SignInError::Refused(Refused::Busy)) => Busy,
        Err(SignInError::Refused(Refused::Store(error))) => panic!("{error}"),
    }
}

/// So many wrong guesses, each of which is looked at.
pub async fn guess_wrong(world: &World, email: &str, address: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(guess(&world.identity, email, WRONG, address).await, Wrong);
    }
}

#[tokio::test]
async fn after_ten_an_account_closes_for_longer_and_longer_and_never_for_ever() {
    let world = World::new();
    world.cheap_account("ada@example.org").await;
    guess_wrong(&world, "ada@example.org", "203.0.113.7", 10).await;
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        for early in [0, i64::from(wait) * SECOND - 1] {
            world.clock.advance_millis(early);
            let left = if early == 0 { wait } else { 1 };
            // Also when it is the password; and asking changes nothing.
            for password in [WRONG, PASSWORD] {
                assert_eq!(guess(&world.identity, "ada@example.org", password, "203.0.113.7").await, TooMany(left));
            }
        }
        world.clock.advance_millis(1);
        guess_wrong(&world, "ada@example.org", "203.0.113.7", 1).await;
    }
    assert_eq!(world.entries(AuditEvent::SignInFailed).len(), 23, "those that were looked at");
    world.clock.advance_millis(15 * MINUTE);
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "203.0.113.7").await, Right);
}

#[tokio::test]
async fn waiting_out_one_closure_does_not_begin_everything_anew() {
    let world = World::new();
    world.cheap_account("ada@example.org").await;
    guess_wrong(&world, "ada@example.org", "203.0.113.7", 10).await;
    // A window is a quarter of an hour from the last time it closed.
    world.clock.advance_millis(15 * MINUTE);
    guess_wrong(&world, "ada@example.org", "203.0.113.7", 1).await;
    assert_eq!(guess(&world.identity, "ada@example.org", WRONG, "203.0.113.7").await, TooMany(2));
    world.clock.advance_millis(2 * SECOND + 15 * MINUTE);
    guess_wrong(&world, "ada@example.org", "203.0.113.7", 10).await;
    assert_eq!(guess(&world.identity, "ada@example.org", WRONG, "203.0.113.7").await, TooMany(1));
}

#[tokio::test]
async fn a_success_takes_its_attempt_back_and_opens() {
    let world = World::new();
    world.cheap_account("ada@example.org").await;
    guess_wrong(&world, "ada@example.org", "203.0.113.7", 9).await;
    for _ in 0..40 {
        assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "203.0.113.7").await, Right);
    }
    guess_wrong(&world, "ada@example.org", "203.0.113.7", 1).await;
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "203.0.113.7").await, TooMany(1));
}

#[tokio::test]
async fn a_burst_of_parallel_guesses_counts_in_full() {
    let world = World::new();
    world.account("ada@example.org").await;
    let servers = [world.identity.clone(), Arc::new(world.server_with_keys(&[1]))];
    let mut callers = JoinSet::new();
    for number in 0..50 {
        let server = servers[number % 2].clone();
        callers.spawn(async move { guess(&server, "ada@example.org", WRONG, "203.0.113.7").await });
    }
    let answers = callers.join_all().await;
    let count = |kind| answers.iter().filter(|answer| **answer == kind).count();
    assert_eq!((count(Wrong), count(TooMany(1))), (10, 40));
    assert_eq!(world.entries(AuditEvent::SignInFailed).len(), 10);
}

#[tokio::test]
async fn an_address_without_an_account_is_treated_alike() {
    let mut seen = Vec::new();
    for email in ["ada@example.org", "bob@example.org"] {
        let world = World::new();
        world.account("ada@example.org").await;
        world.store.new_acts();
        let mut answers = Vec::new();
        for _ in 0..12 {
            answers.push(guess(&world.identity, email, WRONG, "203.0.113.7").await);
        }
        seen.push((answers, world.store.new_acts(), world.store.rows(|rows| rows.counted())));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].0[9..], [Wrong, TooMany(1), TooMany(1)]);
}

#[tokio::test]
async fn an_address_may_guess_thirty_times_a_minute_whatever_it_tries() {
    let world = World::new();
    for email in ["ada@example.org", "bob@example.org", "eve@example.org", "ida@example.org"] {
        world.cheap_account(email).await;
    }
    for email in ["ada@example.org", "bob@example.org", "eve@example.org"] {
        guess_wrong(&world, email, "203.0.113.7", 10).await;
    }
    assert_eq!(guess(&world.identity, "ida@example.org", PASSWORD, "203.0.113.7").await, TooMany(1));
    for email in ["ada@example.org", "ida@example.org"] {
        assert_eq!(guess(&world.identity, email, PASSWORD, "203.0.113.8").await, Right, "from elsewhere");
    }
    world.clock.advance_millis(SECOND + MINUTE);
    guess_wrong(&world, "ida@example.org", "203.0.113.7", 9).await;
    assert_eq!(guess(&world.identity, "ida@example.org", PASSWORD, "203.0.113.7").await, Right);
}

#[rstest]
#[case::in_one_network("2001:db8:0:1::7", TooMany(1))]
#[case::in_another("2001:db8:0:2::1", Right)]
#[tokio::test]
async fn of_ipv6_a_64_is_one_address(#[case] address: &str, #[case] expected: Guess) {
    let world = World::new();
    world.cheap_account("ada@example.org").await;
    for host in 0..10 {
        guess_wrong(&world, "ada@example.org", &format!("2001:db8:0:1:{host}::1"), 1).await;
    }
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, address).await, expected);
}

#[tokio::test]
async fn twenty_sign_ups_an_hour_from_one_address() {
    let world = World::new();
    let ask = async |email, address| world.identity.sign_up(sign_up(email), &from(address)).await;
    assert!(ask("ada@example.org", "203.0.113.7").await.is_ok());
    for _ in 0..19 {
        let taken = ask("ada@example.org", "203.0.113.7").await;
        assert!(matches!(taken, Err(SignUpError::EmailTaken)), "{taken:?}");
    }
    let refused = ask("bob@example.org", "203.0.113.7").await;
    assert!(matches!(refused, Err(SignUpError::Refused(Refused::TooMany { retry_after: 1 }))), "{refused:?}");
    assert!(ask("bob@example.org", "203.0.113.8").await.is_ok());
    assert!(world.identity.create_user(sign_up("eve@example.org"), &from("203.0.113.7")).await.is_ok());
    world.clock.advance_millis(SECOND + HOUR);
    for _ in 0..2 {
        let taken = ask("ada@example.org", "203.0.113.7").await;
        assert!(matches!(taken, Err(SignUpError::EmailTaken)), "{taken:?}");
    }
}

#[tokio::test]
async fn every_call_that_checks_a_password_counts() {
    let world = World::new();
    let ada = world.cheap_account("ada@example.org").await;
    let actor = actor(ada.user.id, &world.session("ada@example.org").await);
    let change = |password: &str| UserRequest {
        email: Some(sign_up("eve@example.org").email),
        current_password: Some(password.into()),
        ..UserRequest::default()
    };
    for _ in 0..5 {
        let changed = world.identity.update_user(&actor, change(WRONG), Precondition::Exists).await;
        assert!(matches!(changed, Err(AccountError::WrongPassword)), "{changed:?}");
        let erased = world.identity.erase_user(&actor, &WRONG.into(), Precondition::Exists).await;
        assert!(matches!(erased, Err(AccountError::WrongPassword)), "{erased:?}");
    }
    let changed = world.identity.update_user(&actor, change(PASSWORD), Precondition::Exists).await;
    assert!(matches!(changed, Err(AccountError::Refused(Refused::TooMany { retry_after: 1 }))), "{changed:?}");
    let erased = world.identity.erase_user(&actor, &PASSWORD.into(), Precondition::Exists).await;
    assert!(matches!(erased, Err(AccountError::Refused(Refused::TooMany { retry_after: 1 }))), "{erased:?}");
    let signed_in = world.identity.sign_in("ada@example.org", PASSWORD, "", &home()).await;
    assert!(matches!(signed_in, Err(SignInError::Refused(Refused::TooMany { retry_after: 1 }))), "{signed_in:?}");
    // What needs no password isn't held up.
    let names = UserRequest { firstname: Some(sign_up("eve@example.org").firstname), ..UserRequest::default() };
    assert!(world.identity.update_user(&actor, names, Precondition::Exists).await.is_ok());
    world.clock.advance_millis(SECOND);
    assert!(world.identity.update_user(&actor, change(PASSWORD), Precondition::Exists).await.is_ok());
}

#[tokio::test]
async fn a_guess_that_found_the_queue_full_is_taken_back() {
    let world = World::new();
    let mut callers = JoinSet::new();
    for number in 0..150 {
        let server = world.identity.clone();
        callers.spawn(async move { guess(&server, "bob@example.org", WRONG, &format!("203.0.113.{number}")).await });
    }
    let answers = callers.join_all().await;
    let count = |kind| answers.iter().filter(|answer| **answer == kind).count();
    assert_eq!(count(Busy) + count(Wrong), 150);
    assert!(count(Busy) > 0);
    // Three counters each: the account from the address, the address, the account.
    assert_eq!(world.store.rows(|rows| rows.counted()) as usize, 3 * count(Wrong));
    assert_eq!(world.entries(AuditEvent::SignInFailed).len(), count(Wrong));
}
