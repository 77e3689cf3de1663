//! What a query may hold: a misspelt filter never returns, moves or deletes everything.

use rstest::rstest;
use serde_json::json;

use crate::harness::{MALFORMED, Postgres, Roster, Sqlite, Store, id};

#[rstest]
fn an_unknown_parameter_is_refused(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let contact = format!("/contact/{}", id(&ada.contact(json!({ "number": "1" }))));
    let group = format!("/contact_groups/{}", id(&ada.group("x")));

    for path in ["/contact", "/contact?type=all", &contact, "/contact_groups", &group, "/clients"] {
        let separator = if path.contains('?') { '&' } else { '?' };
        ada.get(&format!("{path}{separator}colour=red")).invalid_field("colour");
    }
    ada.get("/contact?Type=all").invalid_field("Type");
    ada.get("/contact?group=x").invalid_field("group");
    ada.get("/contact_groups?group_id=x").invalid_field("group_id");
    for path in [&contact, &group] {
        ada.delete(&format!("{path}?colour=red")).invalid_field("colour");
        ada.get(path).expect(200);
    }
    ada.post("/clients?colour=red", json!({ "name": "x" })).invalid_field("colour");
    let account = json!({ "email": "bob@example.org", "password": "rye bread" });
    ada.post("/users?colour=red", account.clone()).invalid_field("colour");
    ada.post("/sessions?colour=red", account.clone()).invalid_field("colour");
    ada.post("/sessions", account).refused(401, "bad_credentials");
    assert_eq!(ada.get("/clients").ids().len(), 1);
}

#[rstest]
fn a_repeated_parameter_is_refused(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let group = id(&ada.group("x")).to_owned();

    ada.get("/contact?type=all&type=all").invalid(&[("type", "repeated")]);
    ada.get("/contact?limit=1&limit=2").invalid(&[("limit", "repeated")]);
    ada.get(&format!("/contact?group_id={group}&group_id={group}")).invalid(&[("group_id", "repeated")]);
    ada.delete(&format!("/contact?group_id={group}&confirm=0&confirm=0")).invalid(&[("confirm", "repeated")]);
    ada.delete(&format!("/contact_groups/{group}?contacts=move&contacts=move")).invalid(&[("contacts", "repeated")]);
    ada.get(&format!("/contact_groups/{group}")).expect(200);
}

#[rstest]
fn a_wrong_value_is_refused(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for wrong in ["type=", "type=mine", "type=ALL"] {
        ada.get(&format!("/contact?{wrong}")).invalid_field("type");
        ada.get(&format!("/contact_groups?{wrong}")).invalid_field("type");
    }
    ada.get(&format!("/contact?group_id={MALFORMED}")).invalid(&[("group_id", "malformed")]);
    for wrong in ["0", "5001", "-1", "+1", "1.0", "x", "", "99999999999999999999"] {
        ada.get(&format!("/contact?limit={wrong}")).invalid_field("limit");
        ada.get(&format!("/contact_groups?limit={wrong}")).invalid_field("limit");
    }
    ada.get("/contact?limit=1").expect(200);
    ada.get("/contact?limit=5000").expect(200);
    ada.get("/contact?limit=0&type=x&colour=red").refused(422, "validation_failed");
}

/// Existing consumers repeat the whole body in the query there.
#[rstest]
fn writes_of_contacts_and_groups_read_nothing_but_credentials(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let noise = "name=Query&number=999&title=Query&title=Query&group_id=x&is_default=true&limit=0&%5B=%5D&x";

    let contact = ada.post(&format!("/contact?{noise}"), json!({ "number": "1" })).expect(201).data();
    assert_eq!((&contact["number"], &contact["name"]), (&json!("1"), &json!("")));
    let path = format!("/contact/{}?{noise}", id(&contact));
    assert_eq!(ada.put(&path, json!({})).expect(200).data(), contact);
    ada.call("POST", &format!("/contact?{noise}")).send().invalid(&[("number", "required")]);

    let group = ada.post(&format!("/contact_groups?{noise}"), json!({ "title": "Body" })).expect(201).data();
    assert_eq!((&group["title"], &group["is_default"]), (&json!("Body"), &json!(false)));
    let path = format!("/contact_groups/{}?{noise}", id(&group));
    assert_eq!(ada.put(&path, json!({})).expect(200).data(), group);
}
