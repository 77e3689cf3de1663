//! Entity tags, and what is done only in a certain state.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Answer, Person, Postgres, Roster, Sqlite, Store, UNKNOWN, id};

#[track_caller]
fn tag(answer: &Answer) -> String {
    let tag = answer.header("etag").unwrap_or_else(|| panic!("no ETag: {answer}"));
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "a strong tag: {tag}");
    tag.to_owned()
}

/// A path of each kind of thing that has a state, with a change of it.
fn things(ada: &Person) -> Vec<(String, Value)> {
    let contact = ada.contact(json!({ "number": "1" }));
    let group = ada.group("Friends");
    let client = ada.another_client("Shop");
    vec![
        (format!("/contact/{}", id(&contact)), json!({ "name": "Amina" })),
        (format!("/contact_groups/{}", id(&group)), json!({ "title": "Family" })),
        (format!("/clients/{}", client.id), json!({ "name": "Stall" })),
        ("/users/me".to_owned(), json!({ "firstname": "Ada" })),
    ]
}

#[rstest]
fn a_tag_is_of_one_state(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    for (path, change) in things(&ada) {
        let before = tag(&ada.get(&path).expect(200));
        assert_eq!(tag(&ada.get(&path)), before, "{path}");
        ada.with("if-none-match", &before).get(&path).expect(304);
        ada.with("if-none-match", "*").get(&path).expect(304);
        ada.with("if-none-match", "\"other\"").get(&path).expect(200);

        let after = tag(&ada.put(&path, change.clone()).expect(200));
        assert_ne!(after, before, "two writes in one millisecond differ: {path}");
        assert_eq!(tag(&ada.put(&path, change).expect(200)), after, "nothing changed: {path}");
        assert_eq!(tag(&ada.get(&path)), after, "{path}");
        ada.with("if-none-match", &before).get(&path).expect(200);
        ada.with("if-none-match", &format!("{before}, W/{after}")).get(&path).expect(304);
    }
}

#[rstest]
fn a_write_is_done_in_its_state_only(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    for (path, change) in things(&ada) {
        let stale = tag(&ada.get(&path).expect(200));
        ada.with("if-match", &stale).put(&path, change.clone()).expect(200);
        let before = ada.get(&path).expect(200);
        // The second changes nothing, and is refused all the same.
        for change in [json!({ "name": "x", "title": "x", "firstname": "x" }), change.clone()] {
            ada.with("if-match", &stale).put(&path, change).refused(412, "precondition_failed");
        }
        for other in ["\"other\"", &format!("W/{}", tag(&before))] {
            ada.with("if-match", other).put(&path, change.clone()).refused(412, "precondition_failed");
        }
        assert_eq!((tag(&ada.get(&path)), ada.get(&path).data()), (tag(&before), before.data()), "{path}");
        ada.with("if-match", "*").put(&path, change.clone()).expect(200);
        ada.with("if-match", &format!("{stale}, {}", tag(&before))).put(&path, change.clone()).expect(200);
        ada.with("if-match", "other").put(&path, change).refused(400, "malformed_header");
        if path == "/users/me" {
            continue;
        }
        ada.with("if-match", &stale).delete(&path).refused(412, "precondition_failed");
        ada.with("if-match", &tag(&before)).delete(&path).expect(200);
        ada.with("if-match", &tag(&before)).delete(&path).refused(404, "not_found");
    }
    ada.with("if-match", "\"other\"").put(&format!("/contact/{UNKNOWN}"), json!({})).refused(404, "not_found");
    let password = json!({ "password": ada.password });
    ada.call("DELETE", "/users/me")
        .header("if-match", "\"0-0\"")
        .json(&password)
        .send()
        .refused(412, "precondition_failed");
    let current = tag(&ada.get("/users/me").expect(200));
    ada.call("DELETE", "/users/me").header("if-match", &current).json(&password).send().expect(200);
}

/// A tag as ours look, but of no state that a row can be in; and what stands where the full view's part would.
#[rstest]
fn a_tag_that_was_never_ours_is_stale(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    for (path, change) in things(&ada) {
        let current = tag(&ada.get(&path).expect(200));
        let bare = current.trim_matches('"');
        let long_ago = "\"fffc72815b398000-0\"".to_owned();
        let far_off = ["\"8000000000000000-0\"", "\"7fffffffffffffff-0\"", "\"f95f8fd3b8000-0\""].map(str::to_owned);
        let odd = ["", "x", "phone+", "phone+x", "phone-"].map(|view| format!("\"{bare}-{view}\""));
        let both = format!("{long_ago}, {}", far_off[0]);
        for never in far_off.iter().chain(&odd).chain([&long_ago, &both]) {
            ada.with("if-match", never).put(&path, change.clone()).refused(412, "precondition_failed");
            if path != "/users/me" {
                ada.with("if-match", never).delete(&path).refused(412, "precondition_failed");
            }
        }
        ada.with("if-match", &format!("{long_ago}, {current}")).put(&path, change).expect(200);
    }
    ada.with("if-match", "\"fffc72815b398000-0\"").delete(&format!("/contact/{UNKNOWN}")).refused(404, "not_found");
}

#[rstest]
fn what_is_moved_or_taken_over_is_in_another_state(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let friends = ada.group("Friends");
    let contact = format!("/contact/{}", id(&ada.contact(json!({ "number": "1", "group_id": id(&friends) }))));
    let default = format!("/contact_groups/{}", ada.default_group());
    let client = format!("/clients/{}", ada.client.id);
    let before = [&contact, &default, &client].map(|path| tag(&ada.get(path)));
    ada.delete(&format!("/contact_groups/{}", id(&friends))).expect(200);
    ada.post("/contact_groups", json!({ "title": "New", "is_default": true })).expect(201);
    ada.put(&format!("/clients/{}", ada.another_client("Shop").id), json!({ "is_default": true })).expect(200);
    let after = [&contact, &default, &client].map(|path| tag(&ada.get(path)));
    for (before, after) in before.iter().zip(&after) {
        assert_ne!(before, after);
    }
}

#[rstest]
fn a_new_thing_shows_its_tag(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    for (path, body) in [
        ("/contact", json!({ "number": "1" })),
        ("/contact_groups", json!({ "title": "Friends" })),
        ("/clients", json!({ "name": "Shop" })),
    ] {
        let made = ada.post(path, body).expect(201);
        assert_eq!(tag(&made), tag(&ada.get(&format!("{path}/{}", id(&made.data())))));
    }
    let contact = ada.contact(json!({ "number": "+2348031234567" }));
    let path = format!("/contact/{}", id(&contact));
    let full = tag(&ada.get(&format!("{path}?view=full")));
    assert_ne!(full, tag(&ada.get(&path)), "another representation");
    ada.with("if-match", &full).put(&path, json!({ "name": "Amina" })).expect(200);
    for number in ["status", "120363045767536459", "no number"] {
        ada.put(&path, json!({ "number": number })).expect(200);
        let full = tag(&ada.get(&format!("{path}?view=full")));
        ada.with("if-match", &full).put(&path, json!({ "name": number })).expect(200);
        ada.with("if-match", &full).put(&path, json!({})).refused(412, "precondition_failed");
    }
}
