//! Replacing the secret key logs nobody out.

use roster_domain::Caller;
use secrecy::ExposeSecret;

use crate::world::{World, fresh, with_tokens};

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
