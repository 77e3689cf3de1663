//! Accounts that were imported with a bcrypt hash sign in with it, and from then on have one of ours.

use roster_domain::UserId;
use rstest::rstest;

use crate::attempts::Guess::{Right, Wrong};
use crate::attempts::{Guess, guess};
use crate::world::World;

// Test vector of the crypt_blowfish library.
const IMPORTED_PASSWORD: &str = "U*U*";
const IMPORTED_HASH: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";

async fn imported(world: &World, hash: &str) -> UserId {
    let user = world.account("ada@example.org").await.user.id;
    world.store.rows(|rows| rows.set_password_hash(user, hash));
    user
}

fn stored_hash(world: &World) -> String {
    world.store.rows(|rows| rows.accounts[0].user.password_hash.clone())
}

async fn sign_in(world: &World, password: &str) -> Guess {
    guess(&world.identity, "ada@example.org", password, "192.0.2.1").await
}

#[rstest]
#[tokio::test]
async fn the_first_sign_in_replaces_the_hash(#[values("$2a$", "$2b$")] version: &str) {
    let world = World::new();
    imported(&world, &IMPORTED_HASH.replace("$2a$", version)).await;
    assert_eq!(sign_in(&world, "U*U*U").await, Wrong);
    assert_eq!(stored_hash(&world), IMPORTED_HASH.replace("$2a$", version));
    assert_eq!(sign_in(&world, IMPORTED_PASSWORD).await, Right);
    let renewed = stored_hash(&world);
    assert!(renewed.starts_with("$argon2id$"), "{renewed}");
    assert_eq!(sign_in(&world, "U*U*U").await, Wrong);
    assert_eq!(sign_in(&world, IMPORTED_PASSWORD).await, Right);
    assert_eq!(stored_hash(&world), renewed, "once is enough");
}

#[tokio::test]
async fn a_renewal_that_fails_does_not_fail_the_sign_in() {
    let world = World::new();
    imported(&world, IMPORTED_HASH).await;
    world.store.failing.lock().unwrap().push("users.rehash");
    for _ in 0..2 {
        assert_eq!(sign_in(&world, IMPORTED_PASSWORD).await, Right);
        assert_eq!(stored_hash(&world), IMPORTED_HASH);
    }
    world.store.failing.lock().unwrap().clear();
    assert_eq!(sign_in(&world, IMPORTED_PASSWORD).await, Right);
    assert!(stored_hash(&world).starts_with("$argon2id$"));
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_stays_changed() {
    let world = World::new();
    let user = imported(&world, IMPORTED_HASH).await;
    world.store.meanwhile("users.rehash", move |rows| rows.set_password_hash(user, "another one"));
    assert_eq!(sign_in(&world, IMPORTED_PASSWORD).await, Right);
    assert_eq!(stored_hash(&world), "another one");
}

/// Two first sign-ins at once: the one that comes second finds the hash replaced, of the same password.
#[tokio::test]
async fn a_hash_that_was_renewed_meanwhile_is_looked_at_again() {
    let world = World::new();
    let user = imported(&world, IMPORTED_HASH).await;
    let renewed = IMPORTED_HASH.replace("$2a$", "$2b$");
    world.store.meanwhile("sessions.create", move |rows| rows.set_password_hash(user, &renewed));
    assert_eq!(sign_in(&world, IMPORTED_PASSWORD).await, Right);
}
