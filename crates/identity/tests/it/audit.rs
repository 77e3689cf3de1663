//! The audit trail: what was done, by whom, in which session, to what, when and from where; and no secrets.

use roster_domain::{
    AuditEntry, AuditEvent, ClientId, ClientName, Clock, NewPassword, ObjectId, Origin, Precondition, SessionId,
};
use roster_identity::{Actor, UserRequest};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::world::{MINUTE, PASSWORD, World, actor, from, home, refreshed, sign_up};

const NEW_PASSWORD: &str = "battery horse correct";

/// The entries that were added since, each of this moment; the clock goes on.
fn added(world: &World) -> Vec<AuditEntry> {
    let trail = world.store.rows(|rows| std::mem::take(&mut rows.trail));
    assert!(trail.iter().all(|entry| entry.at == world.clock.now()), "{trail:?}");
    for entry in &trail {
        let millis = Uuid::from(entry.id).get_timestamp().map(|time| time.to_unix());
        let now = world.clock.now().millis().unsigned_abs();
        assert_eq!(millis, Some((now / 1_000, u32::try_from(now % 1_000).unwrap() * 1_000_000)), "{entry:?}");
    }
    world.clock.advance_millis(MINUTE);
    trail
}

/// One entry of this event was added; that.
fn one(world: &World, event: AuditEvent) -> AuditEntry {
    let trail = added(world);
    let [entry] = trail.as_slice() else { panic!("{trail:?}") };
    assert_eq!(entry.event, event);
    entry.clone()
}

/// One entry was added of what an actor did to this.
fn assert_done_by(world: &World, actor: &Actor, event: AuditEvent, subject: Option<String>) {
    let entry = one(world, event);
    assert_eq!((entry.user, entry.session), (Some(actor.account.user()), Some(actor.session)));
    assert_eq!((entry.subject, entry.origin), (subject, actor.origin.clone()));
}

#[tokio::test]
async fn new_accounts() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let entry = one(&world, AuditEvent::AccountCreated);
    assert_eq!((entry.user, entry.session, entry.subject), (Some(ada.user.id), None, None));
    assert_eq!(entry.origin, home());
    let bob = world.identity.create_user(sign_up("bob@example.org"), &Origin::default()).await.unwrap();
    let entry = one(&world, AuditEvent::AccountCreated);
    assert_eq!((entry.user, entry.origin), (Some(bob.user.id), Origin::default()));
    assert!(world.identity.sign_up(sign_up("ada@example.org"), &home()).await.is_err());
    assert_eq!(added(&world), [], "there was an account of this address");
}

#[tokio::test]
async fn sign_ins_good_and_bad() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    added(&world);
    let session = world.session("ada@example.org").await;
    let entry = one(&world, AuditEvent::SignInSucceeded);
    assert_eq!((entry.user, entry.session, entry.subject), (Some(ada.user.id), Some(session.session), None));
    assert_eq!(entry.origin, home());

    let thief = from("2001:db8::7");
    for (email, user) in [("ada@example.org", Some(ada.user.id)), ("bob@example.org", None)] {
        assert!(world.identity.sign_in(email, "wrong horse battery", "", &thief).await.is_err());
        let entry = one(&world, AuditEvent::SignInFailed);
        assert_eq!((entry.user, entry.session, entry.subject), (user, None, None));
        assert_eq!(entry.origin, thief);
    }
    for _ in 0..20 {
        let _ = world.identity.sign_in("ada@example.org", "wrong horse battery", "", &thief).await;
    }
    assert_eq!(added(&world).len(), 9, "what nobody looked at isn't entered");
}

#[tokio::test]
async fn what_is_done_to_ones_own_account() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let session = world.session("ada@example.org").await;
    let actor = Actor { origin: from("203.0.113.7"), ..actor(ada.user.id, &session) };
    let current_password = || Some(PASSWORD.into());
    world.clock.advance_millis(MINUTE);
    world.store.rows(|rows| rows.trail.clear());

    let email = Some(sign_up("eve@example.org").email);
    let request = UserRequest { email, current_password: current_password(), ..UserRequest::default() };
    world.identity.update_user(&actor, request.clone(), Precondition::Exists).await.unwrap();
    assert_done_by(&world, &actor, AuditEvent::EmailChanged, None);
    world.identity.update_user(&actor, request, Precondition::Exists).await.unwrap();
    assert_eq!(added(&world), [], "it was this already");

    let wrong =
        UserRequest { email: Some(ada.user.email), current_password: Some("".into()), ..UserRequest::default() };
    assert!(world.identity.update_user(&actor, wrong, Precondition::Exists).await.is_err());
    assert_done_by(&world, &actor, AuditEvent::PasswordRefused, None);

    let firstname = Some(sign_up("eve@example.org").firstname);
    world
        .identity
        .update_user(&actor, UserRequest { firstname, ..UserRequest::default() }, Precondition::Exists)
        .await
        .unwrap();
    assert_eq!(added(&world), [], "names are nothing to be entered");

    let password = NewPassword::parse(NEW_PASSWORD).ok();
    let request = UserRequest { password, current_password: current_password(), ..UserRequest::default() };
    world.identity.update_user(&actor, request, Precondition::Exists).await.unwrap();
    assert_done_by(&world, &actor, AuditEvent::PasswordChanged, None);

    world.identity.erase_user(&actor, &NEW_PASSWORD.into(), Precondition::Exists).await.unwrap();
    let entry = one(&world, AuditEvent::AccountErased);
    assert_eq!((entry.user, entry.session), (None, None), "the user's own entries go");
    assert_eq!((entry.subject, entry.origin), (Some(ada.user.id.to_string()), actor.origin));
}

#[tokio::test]
async fn what_ends_sessions() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let (one_session, other) = (world.session("ada@example.org").await, world.session("ada@example.org").await);
    let actor = actor(ada.user.id, &one_session);
    added(&world);

    world.identity.end_session(&actor, other.session).await.unwrap();
    assert_done_by(&world, &actor, AuditEvent::SessionEnded, Some(other.session.to_string()));
    for id in [other.session, SessionId::from(Uuid::nil())] {
        world.identity.end_session(&actor, id).await.unwrap();
        assert_eq!(added(&world), [], "there was none to end");
    }

    let second = refreshed(&world.identity, &one_session).await.unwrap();
    let third = refreshed(&world.identity, &second).await.unwrap();
    assert_eq!(added(&world), [], "refreshing is nothing to be entered");
    assert!(refreshed(&world.identity, &one_session).await.is_err());
    assert_done_by(&world, &actor, AuditEvent::RefreshTokenReused, Some(third.session.to_string()));

    world.identity.end_all_sessions(&actor).await.unwrap();
    assert_done_by(&world, &actor, AuditEvent::SessionsEnded, None);
}

#[tokio::test]
async fn what_is_done_to_clients() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let actor = actor(ada.user.id, &world.session("ada@example.org").await);
    let name = ClientName::parse("Shop").unwrap();
    let (shop, _) = world.identity.create_client(&actor.account, name, None).await.unwrap().unwrap();
    added(&world);

    world.identity.replace_credentials(&actor, shop.id).await.unwrap();
    assert_done_by(&world, &actor, AuditEvent::CredentialsReplaced, Some(shop.id.to_string()));
    world.identity.delete_client(&actor, shop.id, true, Precondition::Exists).await.unwrap();
    assert_done_by(&world, &actor, AuditEvent::ClientDeleted, Some(shop.id.to_string()));

    let absent = ClientId::from(ObjectId::from_bytes([7; 12]));
    for id in [absent, shop.id] {
        world.identity.replace_credentials(&actor, id).await.unwrap();
        world.identity.delete_client(&actor, id, true, Precondition::Exists).await.unwrap();
    }
    world.identity.delete_client(&actor, ada.client.id, true, Precondition::Exists).await.unwrap();
    assert_eq!(added(&world), [], "nothing was done");
}

#[tokio::test]
async fn what_the_operator_does() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    added(&world);
    let password = NewPassword::parse(NEW_PASSWORD).unwrap();
    assert!(world.identity.set_password(ada.user.id, &password).await.unwrap());
    let mut entries = vec![one(&world, AuditEvent::PasswordChanged)];
    for (disabled, event) in [(true, AuditEvent::AccountDisabled), (false, AuditEvent::AccountEnabled)] {
        assert!(world.identity.set_disabled(ada.user.id, disabled).await.unwrap());
        entries.push(one(&world, event));
        assert!(world.identity.set_disabled(ada.user.id, disabled).await.unwrap());
        assert_eq!(added(&world), [], "it was so already");
    }
    for entry in entries {
        assert_eq!((entry.user, entry.session, entry.subject), (Some(ada.user.id), None, None));
        assert_eq!(entry.origin, Origin::default());
    }
}

#[tokio::test]
async fn no_entry_holds_a_secret() {
    let world = World::new();
    let ada = world.account("ada@example.org").await;
    let first = world.session("ada@example.org").await;
    let actor = actor(ada.user.id, &first);
    let second = refreshed(&world.identity, &first).await.unwrap();
    let third = refreshed(&world.identity, &second).await.unwrap();
    assert!(refreshed(&world.identity, &first).await.is_err());
    let (_, token) = world.identity.replace_credentials(&actor, ada.client.id).await.unwrap().unwrap();
    let request = UserRequest {
        email: Some(sign_up("eve@example.org").email),
        password: NewPassword::parse(NEW_PASSWORD).ok(),
        current_password: Some(PASSWORD.into()),
        ..UserRequest::default()
    };
    world.identity.update_user(&actor, request, Precondition::Exists).await.unwrap();
    assert!(world.identity.sign_in("nobody@example.org", "wrong horse battery", "", &home()).await.is_err());
    let hashes = world.store.rows(|rows| rows.accounts[0].user.password_hash.clone());
    world.identity.erase_user(&actor, &NEW_PASSWORD.into(), Precondition::Exists).await.unwrap();

    let trail = world.store.rows(|rows| format!("{:?}", rows.trail));
    let sessions = [&first, &second, &third];
    let tokens = sessions.iter().flat_map(|session| [&session.access_token, &session.refresh_token]);
    let tokens = tokens.chain([&ada.access_token, &token]).map(|token| &token.expose_secret()[4..]);
    for secret in tokens.chain([PASSWORD, NEW_PASSWORD, "wrong horse battery", "nobody@example.org", &*hashes]) {
        assert!(!trail.contains(secret), "{secret}");
    }
}
