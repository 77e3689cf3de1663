//! Clients: new ones, new credentials, and their end.

use roster_domain::ports::ClientDeletion;
use roster_domain::{Caller, Client, ClientId, ClientName, ObjectId, Precondition, Region, TokenHash};
use roster_identity::{Actor, AuthenticationError};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::world::{World, actor, with_credentials};

/// A user, and a client of theirs beside the default one.
async fn shop(world: &World) -> (Actor, Client, SecretString) {
    let ada = world.account("ada@example.org").await;
    let actor = actor(ada.user.id, &world.session("ada@example.org").await);
    let name = ClientName::parse("Shop").unwrap();
    let made = world.identity.create_client(&actor.account, name, Region::parse("NG").ok()).await.unwrap();
    let (client, token) = made.unwrap();
    (actor, client, token)
}

async fn assert_refused(world: &World, client: &Client, token: &SecretString) {
    let answer = with_credentials(&world.identity, client.session_id.as_str(), token.expose_secret()).await;
    assert!(matches!(answer, Err(AuthenticationError::Unauthenticated { token_sent: false })), "{answer:?}");
}

async fn assert_let_in(world: &World, client: &Client, token: &SecretString) {
    let answer = with_credentials(&world.identity, client.session_id.as_str(), token.expose_secret()).await.unwrap();
    assert_eq!(answer.caller.client(), Some(client.id));
}

#[tokio::test]
async fn a_client_comes_with_credentials_and_a_group() {
    let world = World::new();
    let (actor, client, token) = shop(&world).await;
    assert_eq!((client.name.as_str(), client.is_default), ("Shop", false));
    assert_eq!(client.region.as_ref().map(Region::as_str), Some("NG"));
    assert_eq!(Uuid::parse_str(client.session_id.as_str()).unwrap().get_version_num(), 4);
    assert!(token.expose_secret().starts_with("rct_"));
    let stored = world.store.rows(|rows| rows.clients.last().unwrap().client.clone());
    assert_eq!((stored.id, stored.group.title.as_str(), stored.group.is_default), (client.id, "Default", true));
    assert_ne!(stored.token_hash, TokenHash([0; 32]));
    assert!(!format!("{stored:?}").contains(&token.expose_secret()[4..]));

    let answer = with_credentials(&world.identity, client.session_id.as_str(), token.expose_secret()).await.unwrap();
    assert_eq!(answer.caller, Caller::Client { user: actor.account.user(), client: client.id });
}

#[tokio::test]
async fn a_user_who_is_gone_gets_none() {
    let world = World::new();
    let (actor, ..) = shop(&world).await;
    world.store.rows(|rows| rows.disabled.push(actor.account.user()));
    let name = ClientName::parse("Shop").unwrap();
    assert!(world.identity.create_client(&actor.account, name, None).await.unwrap().is_none());
}

#[tokio::test]
async fn new_credentials_take_the_place_of_the_old_ones() {
    let world = World::new();
    let (actor, client, token) = shop(&world).await;
    assert_let_in(&world, &client, &token).await;
    let (renewed, new_token) = world.identity.replace_credentials(&actor, client.id).await.unwrap().unwrap();
    assert_eq!((renewed.id, &renewed.name), (client.id, &client.name));
    assert_ne!(renewed.session_id, client.session_id);
    assert_refused(&world, &client, &token).await;
    assert_refused(&world, &renewed, &token).await;
    assert_refused(&world, &client, &new_token).await;
    assert_let_in(&world, &renewed, &new_token).await;
}

#[tokio::test]
async fn a_deleted_client_is_nobody() {
    let world = World::new();
    let (actor, client, token) = shop(&world).await;
    assert_let_in(&world, &client, &token).await;
    let deleted = world.identity.delete_client(&actor, client.id, false, Precondition::Exists).await.unwrap();
    assert_eq!(deleted, ClientDeletion::Done { contacts: 0 });
    assert_refused(&world, &client, &token).await;
}

#[tokio::test]
async fn nobody_touches_what_is_not_theirs_or_not_there() {
    let world = World::new();
    let (ada, client, token) = shop(&world).await;
    let bob = world.account("bob@example.org").await;
    let bob = actor(bob.user.id, &world.session("bob@example.org").await);
    let absent = ClientId::from(ObjectId::from_bytes([7; 12]));
    for (actor, id) in [(&bob, client.id), (&ada, absent)] {
        assert!(world.identity.replace_credentials(actor, id).await.unwrap().is_none());
        assert_eq!(
            world.identity.delete_client(actor, id, true, Precondition::Exists).await.unwrap(),
            ClientDeletion::Absent
        );
    }
    assert_let_in(&world, &client, &token).await;
}
