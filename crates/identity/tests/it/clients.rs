//! New clients.

use roster_domain::{Caller, ClientName, Region, TokenHash};
use roster_identity::Presented;
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::world::{World, with_tokens};

#[tokio::test]
async fn a_client_comes_with_credentials_and_a_group() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let caller = with_tokens(&world.identity, session.access_token.expose_secret(), None).await.unwrap().caller;
    let (name, region) = (ClientName::parse("Shop").unwrap(), Some(Region::parse("NG").unwrap()));
    let made = world.identity.create_client(&caller.account().unwrap(), name.clone(), region.clone()).await.unwrap();
    let (client, token) = made.unwrap();

    assert_eq!((&client.name, &client.region, client.is_default), (&name, &region, false));
    assert_eq!(Uuid::parse_str(client.session_id.as_str()).unwrap().get_version_num(), 4);
    assert!(token.expose_secret().starts_with("rct_"));
    let stored = world.store.rows(|rows| rows.clients.last().unwrap().1.clone());
    assert_eq!((stored.id, stored.group.title.as_str(), stored.group.is_default), (client.id, "Default", true));
    assert_ne!(stored.token_hash, TokenHash([0; 32]));
    assert!(!format!("{stored:?}").contains(&token.expose_secret()[4..]));

    let presented = Presented {
        client_session: Some(client.session_id.as_str()),
        client_token: Some(token.expose_secret()),
        ..Presented::default()
    };
    let answer = world.identity.authenticate(&presented).await.unwrap();
    assert_eq!(answer.caller, Caller::Client { user: ada.user.id, client: client.id });
}

#[tokio::test]
async fn a_user_who_is_gone_gets_none() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let caller = with_tokens(&world.identity, session.access_token.expose_secret(), None).await.unwrap().caller;
    world.store.rows(|rows| rows.disabled.push(ada.user.id));
    let name = ClientName::parse("Shop").unwrap();
    assert!(world.identity.create_client(&caller.account().unwrap(), name, None).await.unwrap().is_none());
}
