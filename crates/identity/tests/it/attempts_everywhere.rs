//! Guessing at one account from everywhere: it closes for strangers, and nobody locks the owner out.

use rstest::rstest;

use crate::attempts::Guess::{Right, TooMany};
use crate::attempts::{Guess, guess, guess_wrong};
use crate::world::{DAY, PASSWORD, SECOND, World};

/// Two hundred wrong guesses, no two from the same address.
async fn attack(world: &World) {
    for number in 0..200 {
        guess_wrong(world, "ada@example.org", &format!("203.0.113.{number}"), 1).await;
    }
}

#[tokio::test]
async fn the_owner_is_let_in_where_they_are_known_and_no_stranger_is() {
    let world = World::new();
    world.cheap_account("ada@example.org").await;
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "192.0.2.1").await, Right);
    attack(&world).await;
    for _ in 0..20 {
        assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "198.51.100.7").await, TooMany(1));
        assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "192.0.2.1").await, Right);
    }
    // Nor is it closed for ever for a stranger who is the owner elsewhere.
    world.clock.advance_millis(SECOND);
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "198.51.100.7").await, Right);
}

#[tokio::test]
async fn who_is_known_has_but_ten_guesses_of_their_own() {
    let world = World::new();
    world.cheap_account("ada@example.org").await;
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "192.0.2.1").await, Right);
    guess_wrong(&world, "ada@example.org", "192.0.2.1", 10).await;
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "192.0.2.1").await, TooMany(1));
}

#[rstest]
#[case::in_the_thirtieth_day(30 * DAY - 1, Right)]
#[case::behind_it(30 * DAY, TooMany(1))]
#[tokio::test]
async fn an_address_is_known_for_thirty_days(#[case] later: i64, #[case] expected: Guess) {
    let world = World::new();
    world.cheap_account("ada@example.org").await;
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "192.0.2.1").await, Right);
    world.clock.advance_millis(later);
    attack(&world).await;
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "192.0.2.1").await, expected);
}

#[tokio::test]
async fn to_be_known_to_one_account_is_nothing_to_another() {
    let world = World::new();
    world.cheap_account("ada@example.org").await;
    world.cheap_account("bob@example.org").await;
    assert_eq!(guess(&world.identity, "bob@example.org", PASSWORD, "192.0.2.1").await, Right);
    attack(&world).await;
    assert_eq!(guess(&world.identity, "ada@example.org", PASSWORD, "192.0.2.1").await, TooMany(1));
    assert_eq!(guess(&world.identity, "bob@example.org", PASSWORD, "192.0.2.1").await, Right);
}
