//! `GET /users/me/audit`.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Person, Postgres, Roster, Sqlite, Store, members};

fn trail(person: &Person) -> Vec<Value> {
    person.get("/users/me/audit").expect(200).data().as_array().cloned().unwrap()
}

fn events(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["event"].as_str().unwrap()).collect()
}

/// Of entries within one millisecond any may be first.
fn at_once(entries: &[Value]) -> Vec<&str> {
    let mut events = events(entries);
    events.sort_unstable();
    events
}

#[rstest]
fn what_was_done_is_told_newest_first(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let session = ada.get("/sessions").ids()[0].clone();
    let shop = ada.another_client("Shop");
    let later = || roster.later_by_millis(1_000);

    later();
    let wrong = json!({ "email": "ada@example.org", "password": "white bread" });
    roster.nobody().with("x-request-id", "the-guess").post("/sessions", wrong).expect(401);
    later();
    let body = json!({ "email": "eva@example.org", "password": "pumpernickel bread", "currentPassword": ada.password });
    ada.put("/users/me", body).expect(200);
    later();
    ada.post(&format!("/clients/{}/credentials", shop.id), json!({})).expect(201);
    later();
    ada.delete(&format!("/clients/{}", shop.id)).expect(200);

    let entries = trail(&ada);
    assert_eq!(events(&entries[..2]), ["client_deleted", "credentials_replaced"]);
    assert_eq!(at_once(&entries[2..4]), ["email_changed", "password_changed"]);
    assert_eq!(events(&entries[4..5]), ["sign_in_failed"]);
    assert_eq!(at_once(&entries[5..]), ["account_created", "sign_in_succeeded"]);
    for entry in &entries {
        assert_eq!(
            members(entry),
            ["_id", "address", "createdAt", "event", "requestId", "sessionId", "subject"],
            "{entry}"
        );
        assert_eq!(entry["address"], "127.0.0.1");
    }
    assert_eq!(entries[0]["subject"], shop.id.as_str());
    assert_eq!((&entries[0]["createdAt"], &entries[0]["sessionId"]), (&json!(roster.now()), &json!(session)));
    assert_eq!((&entries[4]["requestId"], &entries[4]["sessionId"]), (&json!("the-guess"), &Value::Null));
    assert_eq!(at_once(&trail(&bob)), ["account_created", "sign_in_succeeded"]);
    ada.client.alone().get("/users/me/audit").refused(403, "client_scope");
    roster.nobody().get("/users/me/audit").refused(401, "unauthenticated");
}

#[rstest]
fn it_comes_in_pages(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    for _ in 0..5 {
        roster.later_by_millis(1_000);
        ada.elsewhere();
    }
    let whole = ada.get("/users/me/audit").ids();

    let (mut walked, mut path) = (Vec::new(), "/users/me/audit?limit=3".to_owned());
    loop {
        let page = ada.get(&path).expect(200);
        walked.extend(page.ids());
        let page = page.json()["page"].take();
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/users/me/audit?limit=3&cursor={cursor}");
    }

    assert_eq!((walked.len(), &walked), (7, &whole));
    let cursor = path.split("cursor=").nth(1).unwrap();
    ada.get(&format!("/sessions?limit=3&cursor={cursor}")).refused(400, "malformed_cursor");
    roster.sign_up("bob@example.org").get(&path).refused(400, "malformed_cursor");
}

#[rstest]
fn ended_sessions_are_in_it(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let other = ada.elsewhere();
    roster.later_by_millis(1_000);
    other.delete("/sessions").expect(200);
    roster.later_by_millis(1_000);
    ada.delete("/sessions?all=1").expect(200);
    roster.later_by_millis(1_000);

    let entries = trail(&ada.elsewhere());
    assert_eq!(events(&entries)[..3], ["sign_in_succeeded", "sessions_ended", "session_ended"]);
    assert_eq!(entries[2]["subject"], entries[2]["sessionId"], "by itself");
}
