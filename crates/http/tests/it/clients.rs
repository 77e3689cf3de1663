//! `POST /clients` and `GET /clients`.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Client, Postgres, Roster, Sqlite, Store, id, members};

const MEMBERS: [&str; 7] = ["_id", "createdAt", "is_default", "name", "region", "session_id", "updatedAt"];

#[rstest]
fn a_new_client_shows_its_secret_once(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    roster.later_by_millis(1_000);

    let answer = ada.post("/clients", json!({ "name": " Shop ", "region": "ng" })).expect(201);

    let mut client = answer.data();
    assert_eq!(answer.header("location"), Some(format!("/clients/{}", id(&client)).as_str()));
    let token = client.as_object_mut().unwrap().remove("access_token").unwrap();
    assert!(token.as_str().unwrap().starts_with("rct_"));
    assert_eq!(members(&client), MEMBERS);
    assert_eq!((&client["name"], &client["region"]), (&json!("Shop"), &json!("NG")));
    assert_eq!(client["is_default"], false);
    assert_eq!((&client["createdAt"], &client["updatedAt"]), (&json!(roster.now()), &json!(roster.now())));

    let listed = ada.get("/clients").expect(200);
    assert_eq!(listed.ids(), [ada.client.id.as_str(), id(&client)], "oldest first");
    assert_eq!(listed.data()[1], client);
    assert_eq!(members(&listed.data()[0]), MEMBERS);
    assert_eq!(listed.data()[0]["is_default"], true);
    assert!(!listed.text().contains("access_token") && !listed.text().contains("rct_"));
}

#[rstest]
fn a_new_client_has_its_own_group_and_contacts(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let shop = ada.another_client("Shop");

    let group = shop.alone().default_group();
    assert_ne!(group, ada.default_group());
    let contact = shop.alone().contact(json!({ "number": "1" }));
    assert_eq!((&contact["client_id"], &contact["group_id"]), (&json!(shop.id), &json!(group)));
    assert_ne!(shop.session_id, ada.client.session_id);
    assert_ne!(shop.access_token, ada.client.access_token);
    assert_eq!(ada.get("/contact").expect(200).data(), json!([]));
}

#[rstest]
fn what_is_wrong_is_said_of_its_field(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for (body, path, code) in [
        (json!({}), "name", "required"),
        (json!({ "name": "" }), "name", "required"),
        (json!({ "name": null }), "name", "null"),
        (json!({ "name": 1 }), "name", "wrong_type"),
        (json!({ "name": "é".repeat(257) }), "name", "too_long"),
        (json!({ "name": "x", "region": "ZZ" }), "region", "malformed"),
        (json!({ "name": "x", "region": "Nigeria" }), "region", "malformed"),
        (json!({ "name": "x", "region": 5 }), "region", "wrong_type"),
    ] {
        ada.post("/clients", body).invalid(&[(path, code)]);
    }
    assert_eq!(ada.get("/clients").ids().len(), 1);
    assert_eq!(ada.post("/clients", json!({ "name": "x", "region": null })).expect(201).data()["region"], Value::Null);
}

#[rstest]
fn clients_are_the_users_matter(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");

    ada.client.alone().get("/clients").refused(403, "client_scope");
    ada.client.alone().post("/clients", json!({ "name": "x" })).refused(403, "client_scope");
    roster.nobody().get("/clients").refused(401, "unauthenticated");
    assert_eq!(ada.narrowed(&ada.client).get("/clients").ids(), [ada.client.id.as_str()]);
    let made = ada.narrowed(&ada.client).post("/clients", json!({ "name": "Shop" })).expect(201).data();
    Client::shown(&roster.nobody(), &made).alone().get("/contact").expect(200);
    assert_eq!(bob.get("/clients").ids(), [bob.client.id.as_str()]);
}
