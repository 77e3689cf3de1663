//! `POST /users`.

use roster_identity::Registration;
use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Client, Postgres, Roster, Sqlite, Store, id, members};

fn sign_up(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

#[rstest]
fn an_account_comes_with_a_client_and_a_group(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let nobody = roster.nobody();

    let answer = nobody
        .post(
            "/users",
            json!({
                "email": " Ada@Example.org", "password": "rye bread and butter",
                "passwordConfirmation": "rye bread and butter", "firstname": " Ada ", "lastname": "Obi"
            }),
        )
        .expect(201);

    assert!(answer.header("location").is_some_and(|at| at.starts_with("/users")), "{answer}");
    let user = answer.data();
    assert_eq!(members(&user), ["_id", "client", "createdAt", "email", "firstname", "lastname", "updatedAt"]);
    assert_eq!((&user["email"], &user["firstname"]), (&json!("Ada@Example.org"), &json!("Ada")));
    assert_eq!(user["lastname"], "Obi");
    assert_eq!((&user["createdAt"], &user["updatedAt"]), (&json!(roster.now()), &json!(roster.now())));
    let client = &user["client"];
    assert_eq!(
        members(client),
        ["_id", "access_token", "createdAt", "is_default", "name", "region", "session_id", "updatedAt"]
    );
    assert_eq!((&client["is_default"], &client["region"]), (&json!(true), &Value::Null));
    assert_eq!((&client["createdAt"], &client["updatedAt"]), (&json!(roster.now()), &json!(roster.now())));
    assert!(client["access_token"].as_str().unwrap().starts_with("rct_"));
    let session_id = uuid::Uuid::parse_str(client["session_id"].as_str().unwrap()).unwrap();
    assert_eq!(session_id.get_version_num(), 4);

    let alone = Client::shown(&nobody, client).alone();
    let groups = alone.get("/contact_groups").expect(200).data();
    assert_eq!(groups.as_array().map(Vec::len), Some(1));
    assert_eq!((&groups[0]["is_default"], &groups[0]["client_id"]), (&json!(true), &client["_id"]));
    assert_eq!(alone.get("/contact").expect(200).data(), json!([]));
}

#[rstest]
fn names_may_be_absent(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);

    let user = roster.nobody().post("/users", sign_up("ada@example.org", "rye bread")).expect(201).data();

    assert_eq!((&user["firstname"], &user["lastname"]), (&json!(""), &json!("")));
}

#[rstest]
fn an_address_has_one_account(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let nobody = roster.nobody();
    let ada = nobody.post("/users", sign_up("ada@example.org", "rye bread")).expect(201).data();

    for same in ["ada@example.org", "ADA@Example.ORG", " ada@example.org "] {
        nobody.post("/users", sign_up(same, "sourdough bread")).refused(409, "email_taken");
    }

    nobody.post("/sessions", sign_up("ada@example.org", "sourdough bread")).refused(401, "bad_credentials");
    nobody.post("/sessions", sign_up("ada@example.org", "rye bread")).expect(201);
    let other = nobody.post("/users", sign_up("ada@example.com", "rye bread")).expect(201).data();
    assert_ne!(id(&ada), id(&other));
}

#[rstest]
fn what_is_wrong_is_said_of_its_field(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let nobody = roster.nobody();

    for (member, path, code) in [
        (json!({ "email": null }), "email", "null"),
        (json!({ "email": "" }), "email", "required"),
        (json!({ "email": "ada" }), "email", "malformed"),
        (json!({ "email": 1 }), "email", "wrong_type"),
        (json!({ "password": null }), "password", "null"),
        (json!({ "password": "" }), "password", "required"),
        (json!({ "password": "1234567" }), "password", "too_short"),
        (json!({ "password": "é".repeat(129) }), "password", "too_long"),
        (json!({ "password": 12_345_678 }), "password", "wrong_type"),
        (json!({ "password": "password" }), "password", "too_common"),
        (json!({ "password": "12345678" }), "password", "too_common"),
        (json!({ "passwordConfirmation": "rye breaD" }), "passwordConfirmation", "mismatch"),
        (json!({ "firstname": "a\u{0}" }), "firstname", "control_character"),
        (json!({ "lastname": 1 }), "lastname", "wrong_type"),
    ] {
        let mut body = sign_up("ada@example.org", "rye bread");
        body.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        nobody.post("/users", body).invalid(&[(path, code)]);
    }
    nobody.post("/users", json!({})).invalid(&[("email", "required"), ("password", "required")]);
    nobody.post("/users", sign_up("ada@example.org", &"é".repeat(128))).expect(201);
}

#[rstest]
fn a_password_is_taken_as_the_bytes_it_is(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let nobody = roster.nobody();
    let password = " cafe\u{301} \u{0}noir ";
    nobody.post("/users", sign_up("ada@example.org", password)).expect(201);

    for wrong in [password.trim(), " caf\u{e9} \u{0}noir ", " cafe\u{301} "] {
        nobody.post("/sessions", sign_up("ada@example.org", wrong)).refused(401, "bad_credentials");
    }
    nobody.post("/sessions", sign_up("ada@example.org", password)).expect(201);
}

#[rstest]
fn registration_may_be_closed(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).identity(|identity| identity.registration = Registration::Closed).start();
    let nobody = roster.nobody();

    nobody.post("/users", sign_up("ada@example.org", "rye bread")).refused(403, "registration_closed");
    nobody.post("/users", json!({})).refused(403, "registration_closed");
    nobody.post("/sessions", sign_up("ada@example.org", "rye bread")).refused(401, "bad_credentials");
}
