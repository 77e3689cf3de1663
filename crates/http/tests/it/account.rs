//! `/users/me`.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Postgres, Roster, Sqlite, Store, members};

#[rstest]
fn own_account_is_read(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("Ada@example.org");
    roster.sign_up("bob@example.org");

    let user = ada.get("/users/me").expect(200).data();

    assert_eq!(members(&user), ["_id", "createdAt", "email", "firstname", "lastname", "updatedAt"]);
    assert_eq!((&user["_id"], &user["email"]), (&json!(ada.id), &json!("Ada@example.org")));
    ada.client.alone().get("/users/me").refused(403, "client_scope");
    roster.nobody().get("/users/me").refused(401, "unauthenticated");
    ada.get("/users/me?x=1").invalid(&[("x", "unknown")]);
}

#[rstest]
fn what_is_sent_is_changed(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let before = ada.get("/users/me").data();
    roster.later_by_millis(1_000);

    assert_eq!(ada.put("/users/me", json!({ "_id": "x", "title": 5 })).expect(200).data(), before, "nothing ours");
    let renamed = ada.put("/users/me", json!({ "firstname": " Ada ", "lastname": "Obi" })).expect(200).data();
    assert_eq!((&renamed["firstname"], &renamed["lastname"]), (&json!("Ada"), &json!("Obi")));
    assert_eq!((&renamed["createdAt"], &renamed["updatedAt"]), (&before["createdAt"], &json!(roster.now())));

    roster.later_by_millis(1_000);
    assert_eq!(ada.put("/users/me", json!({ "firstname": "Ada" })).expect(200).data(), renamed, "nothing different");
    assert_eq!(ada.get("/users/me").data(), renamed);
    for (body, path, code) in [
        (json!({ "firstname": null }), "firstname", "null"),
        (json!({ "lastname": 5 }), "lastname", "wrong_type"),
        (json!({ "email": "ada" , "currentPassword": "x" }), "email", "malformed"),
        (json!({ "email": "eva@example.org" }), "currentPassword", "required"),
        (json!({ "password": "pumpernickel bread" }), "currentPassword", "required"),
        (json!({ "password": "short", "currentPassword": "x" }), "password", "too_short"),
        (json!({ "password": "password", "currentPassword": "x" }), "password", "too_common"),
        (json!({ "password": "ADA@example.org", "currentPassword": ada.password }), "password", "too_common"),
    ] {
        ada.put("/users/me", body).invalid(&[(path, code)]);
    }
    assert_eq!(ada.get("/users/me").data(), renamed);
}

#[rstest]
fn a_new_address_takes_the_place_of_the_old(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    let nobody = roster.nobody();
    let to = |email: &str| json!({ "email": email, "currentPassword": ada.password });

    let answer = ada.put("/users/me", json!({ "email": "eva@example.org", "currentPassword": "rye bread?" }));
    answer.invalid(&[("currentPassword", "mismatch")]);
    ada.put("/users/me", to("BOB@example.org")).refused(409, "email_taken");
    assert_eq!(ada.get("/users/me").data()["email"], "ada@example.org");

    assert_eq!(ada.put("/users/me", to("ADA@example.org")).expect(200).data()["email"], "ADA@example.org");
    assert_eq!(ada.put("/users/me", to("eva@example.org")).expect(200).data()["email"], "eva@example.org");

    let sign_in = |email: &str| nobody.post("/sessions", json!({ "email": email, "password": ada.password }));
    sign_in("ada@example.org").refused(401, "bad_credentials");
    sign_in("eva@example.org").expect(201);
    ada.get("/contact").expect(200);
    bob.put("/users/me", json!({ "email": "ada@example.org", "currentPassword": bob.password })).expect(200);
}

#[rstest]
fn a_new_password_ends_all_other_sessions(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let (elsewhere, bob) = (ada.elsewhere(), roster.sign_up("bob@example.org"));
    elsewhere.get("/contact").expect(200);
    let new = "pumpernickel bread";

    ada.put("/users/me", json!({ "password": new, "passwordConfirmation": new, "currentPassword": ada.password }))
        .expect(200);

    elsewhere.get("/contact").refused(401, "unauthenticated");
    elsewhere.refreshing().get("/contact").refused(401, "unauthenticated");
    roster
        .nobody()
        .post("/sessions/refresh", json!({ "refreshToken": elsewhere.refresh_token }))
        .refused(401, "unauthenticated");
    ada.get("/contact").expect(200);
    ada.client.alone().get("/contact").expect(200);
    bob.get("/contact").expect(200);
    let sign_in =
        |password: &str| roster.nobody().post("/sessions", json!({ "email": "ada@example.org", "password": password }));
    sign_in(&ada.password).refused(401, "bad_credentials");
    sign_in(new).expect(201);
}

#[rstest]
fn an_account_is_erased_with_everything_below_it(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    let shop = ada.another_client("Shop");
    for person in [&ada, &bob] {
        person.contact(json!({ "number": "1" }));
        person.group("Friends");
    }

    ada.delete("/users/me").invalid(&[("password", "required")]);
    let erase = |password: &str| ada.call("DELETE", "/users/me").json(&json!({ "password": password })).send();
    erase("not rye bread").invalid(&[("password", "mismatch")]);
    ada.get("/contact").expect(200);
    assert_eq!(erase(&ada.password).expect(200).data(), json!({ "n": 1, "ok": 1, "deletedCount": 1 }));

    for gone in [&*ada, &ada.refreshing(), &shop.alone(), &ada.client.alone(), &ada.narrowed(&shop)] {
        gone.get("/contact").refused(401, "unauthenticated");
    }
    let body = json!({ "email": "ada@example.org", "password": ada.password });
    roster.nobody().post("/sessions", body.clone()).refused(401, "bad_credentials");
    while roster.act(roster.ports().housekeeping.erase_some()).unwrap() {}
    assert_eq!(bob.get("/contact").expect(200).ids().len(), 1);
    assert_eq!(bob.get("/contact_groups").expect(200).ids().len(), 2);
    let again = roster.nobody().post("/users", body).expect(201).data();
    assert_ne!(again["_id"], ada.id.as_str());
    let anew = ada.elsewhere();
    assert_eq!(anew.get("/contact?type=all").data(), json!([]));
    let trail = anew.get("/users/me/audit").data();
    assert_eq!(trail.as_array().map(Vec::len), Some(2), "nothing of the erased account: {trail}");
}
