//! `/sessions`.

use roster_domain::{Caller, SessionId, UserId};
use rstest::rstest;
use serde_json::json;

use crate::harness::{Person, Postgres, Roster, Sqlite, Store, id, members};

#[rstest]
fn signing_in_answers_two_tokens(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let body = json!({ "email": " ADA@example.org", "password": ada.password });

    let answer = roster.nobody().post("/sessions", body.clone()).expect(201);

    let session = answer.data();
    assert_eq!(members(&session), ["_id", "accessToken", "expiresIn", "refreshToken"]);
    assert_eq!(uuid::Uuid::parse_str(id(&session)).unwrap().get_version_num(), 7);
    assert_eq!(session["expiresIn"], 900);
    assert!(answer.header("location").is_some_and(|at| at == format!("/sessions/{}", id(&session))), "{answer}");
    let bearer = format!("Bearer {}", session["accessToken"].as_str().unwrap());
    roster.nobody().with("authorization", &bearer).get("/contact").expect(200);

    let again = roster.nobody().post("/sessions", body).expect(201).data();
    for member in ["_id", "accessToken", "refreshToken"] {
        assert_ne!(again[member], session[member], "each sign-in begins a session of its own");
    }
    ada.get("/contact").expect(200);
}

/// The same words whether or not the address exists, and whatever the length: only the request id differs.
#[rstest]
fn wrong_is_wrong_in_the_same_words(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let nobody = roster.nobody().with("x-request-id", "the-same");
    let long = "x".repeat(10_000);

    let answers = [
        (ada.email.as_str(), "not rye bread"),
        ("nobody@example.org", ada.password.as_str()),
        ("not an address", "x"),
        (ada.email.as_str(), "x"),
        (ada.email.as_str(), long.as_str()),
    ]
    .map(|(email, password)| {
        let answer = nobody.post("/sessions", json!({ "email": email, "password": password }));
        answer.refused(401, "bad_credentials")
    });

    for answer in &answers {
        assert_eq!(answer.body, answers[0].body);
        assert_eq!(answer.headers.len(), answers[0].headers.len());
    }
}

#[rstest]
fn both_must_be_sent(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let nobody = roster.nobody();

    nobody.post("/sessions", json!({})).invalid(&[("email", "required"), ("password", "required")]);
    nobody
        .post("/sessions", json!({ "email": null, "password": 5 }))
        .invalid(&[("email", "null"), ("password", "wrong_type")]);
}

#[rstest]
fn sessions_are_listed_newest_first(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    roster.sign_up("bob@example.org");
    roster.later_by_millis(1_000);
    let body = json!({ "email": ada.email, "password": ada.password });
    let phone = roster.nobody().with("user-agent", "Phone/1").post("/sessions", body).expect(201).data();
    roster.later_by_millis(2 * 3_600_000);

    let listed = ada.refreshing().get("/sessions").expect(200).data();

    let sessions = listed.as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(members(&sessions[0]), ["_id", "createdAt", "current", "expiresAt", "lastUsedAt", "userAgent"]);
    assert_eq!((id(&sessions[0]), &sessions[0]["userAgent"]), (id(&phone), &json!("Phone/1")));
    assert_eq!((&sessions[0]["current"], &sessions[1]["current"]), (&json!(false), &json!(true)));
    assert_eq!(sessions[0]["lastUsedAt"], "2024-05-06T07:00:00.000Z", "to the hour");
    assert_eq!(sessions[1]["lastUsedAt"], "2024-05-06T09:00:00.000Z");
    assert_eq!(sessions[0]["expiresAt"], "2025-05-06T07:08:10.123Z");
    assert_eq!(sessions[1]["expiresAt"], "2025-05-06T09:08:10.123Z", "a year from its last use");

    let first = ada.refreshing().get("/sessions?limit=1").expect(200);
    assert_eq!(first.ids(), [id(&phone)]);
    let cursor = first.json()["page"]["next_cursor"].as_str().unwrap().to_owned();
    let rest = ada.refreshing().get(&format!("/sessions?limit=5&cursor={cursor}")).expect(200);
    assert_eq!(rest.ids(), [id(&sessions[1])]);
    ada.client.alone().get("/sessions").refused(403, "client_scope");
    roster.nobody().get("/sessions").refused(401, "unauthenticated");
}

#[rstest]
fn a_session_is_ended(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let (there, here) = (ada.elsewhere(), ada.elsewhere());
    let sessions = ada.get("/sessions").ids();
    let of = |person: &Person| {
        let sessions = person.get("/sessions").expect(200).data();
        let current = sessions.as_array().unwrap().iter().find(|session| session["current"] == true).cloned();
        id(&current.unwrap()).to_owned()
    };

    // One by its id.
    let path = format!("/sessions/{}", of(&there));
    bob.delete(&path).refused(404, "not_found");
    there.get("/contact").expect(200);
    assert_eq!(ada.delete(&path).expect(200).data(), json!({ "n": 1, "ok": 1, "deletedCount": 1 }));
    there.get("/contact").refused(401, "unauthenticated");
    there.refreshing().get("/contact").refused(401, "unauthenticated");
    ada.delete(&path).refused(404, "not_found");
    assert_eq!(ada.get("/sessions").ids().len(), sessions.len() - 1);

    // This one.
    assert_eq!(here.delete("/sessions").expect(200).data()["n"], 1);
    here.get("/contact").refused(401, "unauthenticated");
    ada.get("/contact").expect(200);

    // All.
    let again = ada.elsewhere();
    ada.delete("/sessions?all=yes").invalid(&[("all", "malformed")]);
    ada.delete("/sessions?al=1").invalid(&[("al", "unknown")]);
    assert_eq!(ada.delete("/sessions?all=1").expect(200).data()["deletedCount"], 2);
    ada.get("/contact").refused(401, "unauthenticated");
    again.get("/contact").refused(401, "unauthenticated");
    bob.get("/contact").expect(200);
    ada.client.alone().get("/contact").expect(200);
    ada.client.alone().delete("/sessions").refused(403, "client_scope");
    bob.delete("/sessions/not-a-uuid").refused(400, "malformed_id");
    bob.delete("/sessions/{018f0000000070008000000000000000}").refused(400, "malformed_id");
}

/// An imported account has the hash that its system made. It signs in with its password, and has one of ours then.
#[rstest]
fn a_bcrypt_hash_is_replaced(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let caller = Caller::User { user: UserId::parse(&ada.id).unwrap(), session: session_of(&ada), client: None };
    let (users, account) = (roster.ports().users, caller.account().unwrap());
    let stored = || roster.act(users.password_hash(&account)).unwrap().unwrap();
    let made = stored();
    // Test vector of the crypt_blowfish library.
    let imported = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";
    roster.act(users.rehash(&account, &made, imported)).unwrap();
    let sign_in =
        |password: &str| roster.nobody().post("/sessions", json!({ "email": "ada@example.org", "password": password }));

    sign_in(&ada.password).refused(401, "bad_credentials");
    sign_in("U*U*").expect(201);
    assert!(stored().starts_with("$argon2id$"));
    sign_in("U*U*").expect(201);
    sign_in("U*U").refused(401, "bad_credentials");
}

fn session_of(person: &Person) -> SessionId {
    SessionId::parse(&person.get("/sessions").ids()[0]).unwrap()
}
