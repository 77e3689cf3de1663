//! `POST /sessions`.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Postgres, Roster, Sqlite, Store, id, members};

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
