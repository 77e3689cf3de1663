//! `/clients`.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Client, MALFORMED, Postgres, Roster, Sqlite, Store, UNKNOWN, id, members};

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

#[rstest]
fn a_client_is_read_and_changed(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let shop = ada.another_client("Shop");
    let path = format!("/clients/{}", shop.id);
    let made = ada.get(&path).expect(200).data();
    assert_eq!((members(&made), &made["name"]), (MEMBERS.to_vec(), &json!("Shop")));
    roster.later_by_millis(1_000);

    assert_eq!(ada.put(&path, json!({ "name": "Shop", "session_id": "" })).expect(200).data(), made, "unchanged");
    let changed = ada.put(&path, json!({ "name": " Store ", "region": "ng" })).expect(200).data();
    assert_eq!((&changed["name"], &changed["region"]), (&json!("Store"), &json!("NG")));
    assert_eq!((&changed["updatedAt"], &changed["createdAt"]), (&json!(roster.now()), &made["createdAt"]));
    assert_eq!(ada.put(&path, json!({ "region": null })).expect(200).data()["region"], Value::Null);

    for (body, field, code) in [
        (json!({ "name": null }), "name", "null"),
        (json!({ "name": "" }), "name", "required"),
        (json!({ "region": "ZZ" }), "region", "malformed"),
        (json!({ "is_default": "yes" }), "is_default", "wrong_type"),
        (json!({ "is_default": null }), "is_default", "null"),
    ] {
        ada.put(&path, body).invalid(&[(field, code)]);
    }
    let (unknown, malformed) = (format!("/clients/{UNKNOWN}"), format!("/clients/{MALFORMED}"));
    for (caller, path) in [(&*bob, &path), (&*ada, &unknown), (&ada.narrowed(&ada.client), &path)] {
        caller.get(path).refused(404, "not_found");
        caller.put(path, json!({ "name": "x" })).refused(404, "not_found");
        caller.delete(path).refused(404, "not_found");
        caller.post(&format!("{path}/credentials"), json!({})).refused(404, "not_found");
    }
    ada.get(&malformed).refused(400, "malformed_id");
    ada.narrowed(&shop).get(&path).expect(200);
    shop.alone().get(&path).refused(403, "client_scope");
    shop.alone().get(&malformed).refused(403, "client_scope");
    shop.alone().post(&format!("{path}/credentials"), json!({})).refused(403, "client_scope");
}

#[rstest]
fn the_default_client_moves(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let (first, second) = (format!("/clients/{}", ada.client.id), format!("/clients/{}", shop.id));
    let sold_to = shop.alone().contact(json!({ "number": "1" }));

    ada.put(&first, json!({ "is_default": false })).refused(409, "default_client");
    ada.put(&second, json!({ "is_default": false })).expect(200);
    ada.delete(&first).refused(409, "default_client");
    assert_eq!(ada.put(&second, json!({ "is_default": true })).expect(200).data()["is_default"], true);

    let clients = ada.get("/clients").data();
    let defaults: Vec<&Value> = clients.as_array().unwrap().iter().map(|client| &client["is_default"]).collect();
    assert_eq!(defaults, [&json!(false), &json!(true)]);
    assert_eq!(ada.get("/contact").expect(200).data(), json!([sold_to]), "my contacts are now the shop's");
    assert_eq!(ada.contact(json!({ "number": "2" }))["client_id"], shop.id.as_str());
    ada.delete(&first).expect(200);
    ada.client.alone().get("/contact").refused(401, "unauthenticated");
}

#[rstest]
fn a_client_is_deleted_by_the_rules(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let kept = ada.contact(json!({ "number": "1" }));
    for number in ["2", "3"] {
        shop.alone().contact(json!({ "number": number }));
    }
    shop.alone().group("Friends");
    let path = format!("/clients/{}", shop.id);

    ada.delete(&path).refused(409, "not_empty");
    ada.delete(&format!("{path}?contacts=refuse")).refused(409, "not_empty");
    ada.delete(&format!("{path}?contacts=move")).invalid(&[("contacts", "malformed")]);
    ada.delete(&format!("{path}?contact=delete")).invalid(&[("contact", "unknown")]);
    shop.alone().get("/contact").expect(200);

    let deleted = ada.delete(&format!("{path}?contacts=delete")).expect(200).data();
    assert_eq!(deleted, json!({ "n": 1, "ok": 1, "deletedCount": 1, "contacts": 2 }));
    shop.alone().get("/contact").refused(401, "unauthenticated");
    ada.narrowed(&shop).get("/contact").refused(403, "client_mismatch");
    ada.get(&path).refused(404, "not_found");
    assert_eq!(ada.get("/contact?type=all").data(), json!([kept]));
    assert_eq!(ada.get("/contact_groups?type=all").ids().len(), 1);
    let empty = ada.another_client("Empty");
    assert_eq!(ada.delete(&format!("/clients/{}", empty.id)).expect(200).data()["contacts"], 0);
}

#[rstest]
fn credentials_are_replaced(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let before = ada.client.clone();
    before.alone().contact(json!({ "number": "1" }));
    roster.later_by_millis(1_000);

    let answer = ada.post(&format!("/clients/{}/credentials", before.id), json!({})).expect(201);

    assert_eq!(answer.header("location"), Some(format!("/clients/{}", before.id).as_str()));
    let after = Client::shown(&roster.nobody(), &answer.data());
    assert_eq!(after.id, before.id);
    assert_ne!((&after.session_id, &after.access_token), (&before.session_id, &before.access_token));
    assert_eq!(answer.data()["updatedAt"], roster.now());
    before.alone().get("/contact").refused(401, "unauthenticated");
    let mixed =
        roster.nobody().with("x-client-session", &after.session_id).with("x-client-token", &before.access_token);
    mixed.get("/contact").refused(401, "unauthenticated");
    assert_eq!(after.alone().get("/contact").expect(200).ids().len(), 1);
    assert!(!ada.get("/clients").text().contains("access_token"));
}
