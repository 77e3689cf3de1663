//! What is ended is over: at once on the server that ended it, soon on every other.

use std::time::{Duration, Instant};

use roster_domain::{AuditEntry, AuditEvent, AuditId, Clock, Origin, UserId};
use roster_testkit::SeededEntropy;
use rstest::rstest;
use serde_json::json;

use crate::harness::{Client, Consumer, Person, Postgres, Roster, Sqlite, Store, id};

/// The clock stands still, so nothing that is remembered grows old: only what is heard of can end it. The patience is
/// for a machine that stands still.
#[track_caller]
fn is_soon_refused(consumer: &Consumer) {
    let patience = Instant::now() + Duration::from_secs(30);
    while consumer.get("/contact").status != 401 {
        assert!(Instant::now() < patience, "still served");
    }
}

#[rstest]
fn another_server_hears_of_it(#[values(Postgres)] store: Store) {
    let here = Roster::start(store);
    let there = here.another_server();
    let (ada, bob) = (here.sign_up("ada@example.org"), here.sign_up("bob@example.org"));
    let over_there = |person: &Person| there.nobody().with("authorization", &format!("Bearer {}", person.access_token));
    let elsewhere = ada.elsewhere();
    over_there(&bob).get("/contact").expect(200);

    // A session.
    over_there(&elsewhere).get("/contact").expect(200);
    elsewhere.delete("/sessions").expect(200);
    is_soon_refused(&over_there(&elsewhere));

    // Credentials.
    let alone = |client: &Client| {
        let nobody = there.nobody();
        nobody.with("x-client-session", &client.session_id).with("x-client-token", &client.access_token)
    };
    let shop = ada.another_client("Shop");
    alone(&shop).get("/contact").expect(200);
    let path = format!("/clients/{}/credentials", shop.id);
    let replaced = Client::shown(&here.nobody(), &ada.post(&path, json!({})).expect(201).data());
    is_soon_refused(&alone(&shop));
    alone(&replaced).get("/contact").expect(200);
    ada.delete(&format!("/clients/{}", shop.id)).expect(200);
    is_soon_refused(&alone(&replaced));

    // The password.
    let elsewhere = ada.elsewhere();
    over_there(&elsewhere).get("/contact").expect(200);
    let body = json!({ "password": "pumpernickel bread", "currentPassword": ada.password });
    ada.put("/users/me", body).expect(200);
    is_soon_refused(&over_there(&elsewhere));

    // The account.
    over_there(&ada).get("/contact").expect(200);
    let body = json!({ "password": "pumpernickel bread" });
    ada.call("DELETE", "/users/me").json(&body).send().expect(200);
    is_soon_refused(&over_there(&ada));
    over_there(&bob).get("/contact").expect(200);
}

/// Where nothing is heard (or a notification is lost), what is remembered is over before two seconds are.
#[rstest]
fn nothing_is_remembered_for_long(#[values(Sqlite)] store: Store) {
    let here = Roster::start(store);
    let there = here.another_server();
    let ada = here.sign_up("ada@example.org");
    let over_there = there.nobody().with("authorization", &format!("Bearer {}", ada.access_token));
    let sessions = over_there.get("/sessions").expect(200).data();

    ada.delete(&format!("/sessions/{}", id(&sessions[0]))).expect(200);
    ada.get("/contact").refused(401, "unauthenticated");
    here.later_by_millis(1_500);
    over_there.get("/contact").refused(401, "unauthenticated");
}

#[rstest]
fn a_disabled_user_is_shut_out(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    ada.get("/contact").expect(200);
    ada.client.alone().get("/contact").expect(200);

    // By the command line, which is another process.
    let ports = roster.ports();
    let (user, at) = (UserId::parse(&ada.id).unwrap(), roster.clock.now());
    let entry = AuditEntry {
        id: AuditId::generate(at, &SeededEntropy::new(5)),
        user: Some(user),
        event: AuditEvent::AccountDisabled,
        at,
        session: None,
        subject: None,
        origin: Origin::default(),
    };
    assert!(roster.act(ports.operator.set_disabled(user, true, at, entry)).unwrap());

    roster.later_by_millis(1_500);
    for shut_out in [&*ada, &ada.refreshing(), &ada.client.alone(), &ada.narrowed(&ada.client)] {
        shut_out.get("/contact").refused(401, "unauthenticated");
    }
    let body = json!({ "email": ada.email, "password": ada.password });
    roster.nobody().post("/sessions", body).refused(401, "bad_credentials");
    let body = json!({ "refreshToken": ada.refresh_token });
    roster.nobody().post("/sessions/refresh", body).refused(401, "unauthenticated");
    bob.get("/contact").expect(200);
}
