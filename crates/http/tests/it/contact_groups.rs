//! `/contact_groups`.

use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Consumer, MALFORMED, Postgres, Roster, Sqlite, Store, UNKNOWN, id};

#[rstest]
fn a_title_is_all_that_a_group_needs(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let answer = ada.post("/contact_groups", json!({ "title": "  Ame\u{301}lie's friends " })).expect(201);

    assert_eq!(answer.message(), "ContactGroup group created successfully!");
    let group = answer.data();
    assert_eq!(
        group,
        json!({
            "_id": id(&group), "title": "Amélie's friends", "is_default": false, "client_id": ada.client.id,
            "createdAt": "2024-05-06T07:08:09.123Z", "updatedAt": "2024-05-06T07:08:09.123Z", "__v": 0
        })
    );
    let path = format!("/contact_groups/{}", id(&group));
    assert_eq!(answer.header("location"), Some(path.as_str()));
    let fetched = ada.get(&path).expect(200);
    assert_eq!(fetched.message(), "ContactGroup group fetched successfully!");
    assert_eq!(fetched.data(), group);
}

#[rstest]
fn what_is_wrong_is_said_of_its_field(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let before = ada.get("/contact_groups").expect(200).data();
    let path = format!("/contact_groups/{}", ada.default_group());

    let wrong = [
        (json!({ "title": null }), "title", "null"),
        (json!({ "title": "" }), "title", "required"),
        (json!({ "title": " \t" }), "title", "required"),
        (json!({ "title": "é".repeat(257) }), "title", "too_long"),
        (json!({ "title": "a\u{0}" }), "title", "control_character"),
        (json!({ "title": 5 }), "title", "wrong_type"),
        (json!({ "title": "x", "is_default": null }), "is_default", "null"),
        (json!({ "title": "x", "is_default": "true" }), "is_default", "wrong_type"),
        (json!({ "title": "x", "is_default": 1 }), "is_default", "wrong_type"),
    ];
    for (body, path_of_field, code) in wrong {
        ada.post("/contact_groups", body.clone()).invalid(&[(path_of_field, code)]);
        ada.put(&path, body).invalid(&[(path_of_field, code)]);
    }
    ada.post("/contact_groups", json!({})).invalid(&[("title", "required")]);
    ada.post("/contact_groups", json!({ "is_default": [] }))
        .invalid(&[("title", "required"), ("is_default", "wrong_type")]);
    assert_eq!(ada.get("/contact_groups").expect(200).data(), before);
    ada.group(&"é".repeat(256));
}

#[rstest]
fn groups_are_listed_oldest_first(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let first = ada.default_group();
    let of_shop = shop.alone().default_group();
    let one = ada.group("Same title");
    let sold_to = shop.alone().group("Customers");
    let two = ada.group("Same title");

    let mine = ada.get("/contact_groups").expect(200);
    assert_eq!(mine.message(), "ContactGroup group fetched successfully!");
    assert_eq!(mine.ids(), [first.as_str(), id(&one), id(&two)]);
    assert!(mine.json().get("page").is_none(), "a page only with a limit");
    let all = ada.get("/contact_groups?type=all").expect(200);
    assert_eq!(all.ids(), [first.as_str(), of_shop.as_str(), id(&one), id(&sold_to), id(&two)]);
    assert_eq!(shop.alone().get("/contact_groups").ids(), [of_shop.as_str(), id(&sold_to)]);
    ada.get("/contact_groups?type=mine").invalid_field("type");
}

#[rstest]
fn a_change_touches_only_what_is_sent(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let mut group = ada.group("Friends");
    let path = format!("/contact_groups/{}", id(&group));
    roster.later_by_millis(5);

    let answer = ada.put(&path, json!({ "title": "Old friends" })).expect(200);
    assert_eq!(answer.message(), "ContactGroup group updated successfully!");
    group["title"] = json!("Old friends");
    group["updatedAt"] = json!(roster.now());
    assert_eq!(answer.data(), group);
    assert_eq!(ada.get(&path).expect(200).data(), group);

    roster.later_by_millis(5);
    for unchanged in [
        json!({}),
        json!({ "title": "Old friends" }),
        json!({ "is_default": false }),
        json!({ "_id": UNKNOWN, "client_id": 1, "createdAt": null, "updatedAt": null, "__v": 3, "colour": "red" }),
        group.clone(),
    ] {
        assert_eq!(ada.put(&path, unchanged).expect(200).data(), group);
    }
    assert_eq!(ada.get(&path).expect(200).data(), group);
}

fn defaults(consumer: &Consumer) -> Vec<String> {
    let groups = consumer.get("/contact_groups").expect(200).data();
    let groups = groups.as_array().unwrap().iter();
    groups.filter(|g| g["is_default"] == true).map(|g| id(g).to_owned()).collect()
}

#[rstest]
fn a_new_default_takes_over_from_the_old_one(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let first = ada.default_group();
    roster.later_by_millis(1_500);

    let second = ada.post("/contact_groups", json!({ "title": "Second", "is_default": true })).expect(201).data();

    assert_eq!(second["is_default"], true);
    assert_eq!(defaults(&ada), [id(&second)]);
    let unmade = ada.get(&format!("/contact_groups/{first}")).expect(200).data();
    assert_eq!(unmade["is_default"], false);
    assert_eq!(unmade["updatedAt"], roster.now(), "a group that stops being the default has changed");
    assert_eq!(ada.contact(json!({ "number": "1" }))["group_id"], second["_id"]);

    roster.later_by_millis(1_500);
    let again = ada.put(&format!("/contact_groups/{first}"), json!({ "is_default": true })).expect(200).data();
    assert_eq!(again["is_default"], true);
    assert_eq!(again["updatedAt"], roster.now());
    assert_eq!(defaults(&ada), [first.as_str()]);
    let unmade = ada.get(&format!("/contact_groups/{}", id(&second))).expect(200).data();
    assert_eq!((&unmade["is_default"], &unmade["updatedAt"]), (&json!(false), &json!(roster.now())));

    roster.later_by_millis(1_500);
    let same = ada.put(&format!("/contact_groups/{first}"), json!({ "is_default": true })).expect(200).data();
    assert_eq!(same, again, "it was the default already");
}

#[rstest]
fn the_default_group_stays(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let path = format!("/contact_groups/{}", ada.default_group());
    let before = ada.get(&path).expect(200).data();
    roster.later_by_millis(10);

    ada.put(&path, json!({ "is_default": false })).refused(409, "default_group");
    ada.put(&path, json!({ "is_default": false, "title": "Changed" })).refused(409, "default_group");
    ada.delete(&path).refused(409, "default_group");
    for fate in ["move", "delete", "refuse"] {
        ada.delete(&format!("{path}?contacts={fate}")).refused(409, "default_group");
    }
    assert_eq!(ada.get(&path).expect(200).data(), before);
}

/// A default group is one client's matter.
#[rstest]
fn each_client_has_its_own_default(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let home = ada.default_group();

    let new = shop.alone().post("/contact_groups", json!({ "title": "New", "is_default": true })).expect(201).data();

    assert_eq!(new["client_id"], shop.id);
    assert_eq!(defaults(&shop.alone()), [id(&new)]);
    assert_eq!(defaults(&ada), [home]);
}

#[rstest]
fn one_default_remains_when_many_want_it(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let paths: Vec<String> = (0..4).map(|n| format!("/contact_groups/{}", id(&ada.group(&n.to_string())))).collect();

    thread::scope(|scope| {
        for path in &paths {
            scope.spawn(|| {
                for _ in 0..5 {
                    ada.put(path, json!({ "is_default": true })).expect(200);
                    assert_eq!(defaults(&ada).len(), 1);
                }
            });
        }
    });
    assert_eq!(defaults(&ada).len(), 1);
}

/// A group with two contacts, and the path to it.
fn group_with_contacts(consumer: &Consumer) -> (String, Vec<Value>) {
    let group = consumer.group("Leaving");
    let contact = |number: &str| consumer.contact(json!({ "number": number, "group_id": id(&group) }));
    let contacts = vec![contact("1"), contact("2")];
    (format!("/contact_groups/{}", id(&group)), contacts)
}

#[rstest]
fn contacts_of_a_deleted_group_move_to_the_default_one(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let home = ada.default_group();

    for query in ["", "?contacts=move"] {
        let (path, contacts) = group_with_contacts(&ada);
        roster.later_by_millis(2_000);
        let answer = ada.delete(&format!("{path}{query}")).expect(200);
        assert_eq!(answer.message(), "ContactGroup group deleted successfully!");
        assert_eq!(answer.data(), json!({ "n": 1, "ok": 1, "deletedCount": 1, "contacts": 2 }));
        ada.get(&path).refused(404, "not_found");
        ada.delete(&path).refused(404, "not_found");
        for mut contact in contacts {
            contact["group_id"] = json!(home);
            contact["updatedAt"] = json!(roster.now());
            assert_eq!(ada.get(&format!("/contact/{}", id(&contact))).expect(200).data(), contact);
        }
    }
}

#[rstest]
fn contacts_of_a_deleted_group_go_with_it_if_asked(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let kept = ada.contact(json!({ "number": "0" }));
    let (path, _) = group_with_contacts(&ada);

    let answer = ada.delete(&format!("{path}?contacts=delete")).expect(200);

    assert_eq!(answer.data(), json!({ "n": 1, "ok": 1, "deletedCount": 1, "contacts": 2 }));
    ada.get(&path).refused(404, "not_found");
    assert_eq!(ada.get("/contact").expect(200).data(), json!([kept]));
}

#[rstest]
fn a_group_with_contacts_stays_if_asked(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let (path, contacts) = group_with_contacts(&ada);

    ada.delete(&format!("{path}?contacts=refuse")).refused(409, "not_empty");
    ada.delete(&format!("{path}?contacts=keep")).invalid_field("contacts");
    ada.delete(&format!("{path}?contact=delete")).invalid_field("contact");
    ada.delete(&format!("{path}?contacts=move&contacts=delete")).invalid(&[("contacts", "repeated")]);
    ada.get(&path).expect(200);
    assert_eq!(ada.get("/contact").expect(200).data(), json!([contacts[1], contacts[0]]));

    for contact in contacts {
        ada.delete(&format!("/contact/{}", id(&contact))).expect(200);
    }
    let answer = ada.delete(&format!("{path}?contacts=refuse")).expect(200);
    assert_eq!(answer.data(), json!({ "n": 1, "ok": 1, "deletedCount": 1, "contacts": 0 }));
}

#[rstest]
fn ids_that_cant_be_and_ids_that_arent(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for (wrong, status, code) in [(MALFORMED, 400, "malformed_id"), (UNKNOWN, 404, "not_found")] {
        let path = format!("/contact_groups/{wrong}");
        ada.get(&path).refused(status, code);
        ada.put(&path, json!({ "title": "x" })).refused(status, code);
        ada.put(&path, json!({ "is_default": true })).refused(status, code);
        ada.delete(&path).refused(status, code);
        ada.delete(&format!("{path}?contacts=delete")).refused(status, code);
    }
    ada.delete("/contact_groups").refused(405, "method_not_allowed");
}
