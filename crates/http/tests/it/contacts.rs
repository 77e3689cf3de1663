//! `/contact`: one contact at a time, and deletion by filter.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{MALFORMED, Postgres, Roster, Sqlite, Store, UNKNOWN, id, members};

const MEMBERS: [&str; 10] =
    ["__v", "_id", "channel", "client_id", "createdAt", "group_id", "name", "number", "transaction", "updatedAt"];

#[rstest]
fn a_number_is_all_that_a_contact_needs(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let answer = ada.post("/contact", json!({ "number": "2348000000001" })).expect(201);

    assert_eq!(answer.message(), "Contact created successfully!");
    let contact = answer.data();
    assert_eq!(
        contact,
        json!({
            "_id": id(&contact), "name": "", "number": "2348000000001", "client_id": ada.client.id,
            "group_id": ada.default_group(), "channel": "whatsapp",
            "transaction": { "survey_id": null, "survey_sort_id": null },
            "createdAt": "2024-05-06T07:08:09.123Z", "updatedAt": "2024-05-06T07:08:09.123Z", "__v": 0
        })
    );
    assert_eq!(answer.header("location"), Some(format!("/contact/{}", id(&contact)).as_str()));
    assert!(id(&contact).starts_with("663881"), "an id begins with its seconds: {contact}");
    assert!(id(&contact).len() == 24 && id(&contact).bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
}

#[rstest]
fn everything_sent_is_read_back(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let friends = ada.group("Friends");

    let created = ada.contact(json!({
        "name": "Amina Bello", "number": "2348000000001", "group_id": id(&friends), "channel": "sms_2",
        "transaction": { "survey_id": "64a00ec7c5e487d95dcb0d5c", "survey_sort_id": 7 }
    }));

    assert_eq!(created["name"], "Amina Bello");
    assert_eq!(created["group_id"], friends["_id"]);
    assert_eq!(created["channel"], "sms_2");
    assert_eq!(created["transaction"], json!({ "survey_id": "64a00ec7c5e487d95dcb0d5c", "survey_sort_id": 7 }));
    let answer = ada.get(&format!("/contact/{}", id(&created))).expect(200);
    assert_eq!(answer.message(), "Contact fetched successfully!");
    assert_eq!(answer.data(), created);
    assert_eq!(members(&answer.data()), MEMBERS);
    assert_eq!(ada.get("/contact").expect(200).data(), json!([created]));
}

#[rstest]
fn what_may_be_absent_may_be_null_or_empty(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let group = ada.default_group();

    for body in [
        json!({ "number": "1", "name": null }),
        json!({ "number": "1", "group_id": null }),
        json!({ "number": "1", "group_id": "" }),
        json!({ "number": "1", "transaction": null }),
        json!({ "number": "1", "transaction": {} }),
        json!({ "number": "1", "transaction": { "survey_id": null, "survey_sort_id": null } }),
    ] {
        let contact = ada.contact(body);
        assert_eq!(contact["name"], "");
        assert_eq!(contact["group_id"], group);
        assert_eq!(contact["transaction"], json!({ "survey_id": null, "survey_sort_id": null }));
    }
}

/// Each: what is sent beside a good number, the field that is wrong, and why.
#[rstest]
fn what_is_wrong_is_said_of_its_field(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let long = "é".repeat(257);

    for (member, path, code) in [
        (json!({ "number": null }), "number", "null"),
        (json!({ "number": "" }), "number", "required"),
        (json!({ "number": "  " }), "number", "required"),
        (json!({ "number": long }), "number", "too_long"),
        (json!({ "number": "1\u{0}2" }), "number", "control_character"),
        (json!({ "number": "1\u{7}2" }), "number", "control_character"),
        (json!({ "number": true }), "number", "wrong_type"),
        (json!({ "number": ["1"] }), "number", "wrong_type"),
        (json!({ "number": {} }), "number", "wrong_type"),
        (json!({ "name": long }), "name", "too_long"),
        (json!({ "name": "a\u{0}b" }), "name", "control_character"),
        (json!({ "name": "a\nb" }), "name", "control_character"),
        (json!({ "name": 7 }), "name", "wrong_type"),
        (json!({ "channel": null }), "channel", "null"),
        (json!({ "channel": "" }), "channel", "malformed"),
        (json!({ "channel": "WhatsApp" }), "channel", "malformed"),
        (json!({ "channel": "c".repeat(33) }), "channel", "malformed"),
        (json!({ "channel": 1 }), "channel", "wrong_type"),
        (json!({ "group_id": MALFORMED }), "group_id", "malformed"),
        (json!({ "group_id": 5 }), "group_id", "wrong_type"),
        (json!({ "group_id": UNKNOWN }), "group_id", "unknown"),
        (json!({ "transaction": "x" }), "transaction", "wrong_type"),
        (json!({ "transaction": { "survey_id": "x" } }), "transaction.survey_id", "malformed"),
        (json!({ "transaction": { "survey_id": 1 } }), "transaction.survey_id", "wrong_type"),
        (json!({ "transaction": { "survey_sort_id": "s".repeat(65) } }), "transaction.survey_sort_id", "too_long"),
        (json!({ "transaction": { "survey_sort_id": true } }), "transaction.survey_sort_id", "wrong_type"),
    ] {
        let mut body = json!({ "number": "1" });
        body.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        ada.post("/contact", body).invalid(&[(path, code)]);
    }
    for number in ["-1", "1.5", "1e3", "1E3", "-0.1"] {
        ada.call("POST", "/contact").body(format!("{{\"number\": {number}}}")).send().invalid_field("number");
    }
    for sort_id in ["1.5", "1e3", "99999999999999999999"] {
        let body = format!("{{\"number\": 1, \"transaction\": {{\"survey_sort_id\": {sort_id}}}}}");
        ada.call("POST", "/contact").body(body).send().invalid_field("transaction.survey_sort_id");
    }
    ada.post("/contact", json!({})).invalid(&[("number", "required")]);
    assert_eq!(ada.get("/contact").expect(200).data(), json!([]));
}

#[rstest]
fn all_wrong_fields_are_named_at_once(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    ada.post(
        "/contact",
        json!({ "name": 1, "channel": "?", "transaction": { "survey_id": "x", "survey_sort_id": [] } }),
    )
    .invalid(&[
        ("name", "wrong_type"),
        ("number", "required"),
        ("channel", "malformed"),
        ("transaction.survey_id", "malformed"),
        ("transaction.survey_sort_id", "wrong_type"),
    ]);
}

/// Also 256 characters that are 512 bytes, and text that NFC or a phone-number parser would change.
#[rstest]
fn a_number_is_kept_verbatim(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for number in [
        "120363045767536459",
        "status",
        "{Hi|Hello} [name] your message has no keyword here.",
        "+234 800\t000\r\n0001",
        "e\u{301}",
        "0",
        "0012",
        "'); DROP TABLE contacts; --",
        &"é".repeat(256),
    ] {
        let contact = ada.contact(json!({ "number": number }));
        assert_eq!(contact["number"], number);
        assert_eq!(ada.get(&format!("/contact/{}", id(&contact))).data()["number"], number);
        assert_eq!(ada.contact(json!({ "number": format!(" \t{number}\n") }))["number"], number, "but trimmed");
    }
}

#[rstest]
fn a_json_integer_is_taken_digit_by_digit(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for digits in ["0", "7", "120363045767536459", "18446744073709551616", "123456789012345678901234567890"] {
        let answer = ada.call("POST", "/contact").body(format!("{{\"number\":{digits}}}")).send().expect(201);
        assert_eq!(answer.data()["number"], digits);
        let path = format!("/contact/{}", id(&answer.data()));
        let changed = ada.call("PUT", &path).body(format!("{{\"number\": 1{digits}}}")).send().expect(200);
        assert_eq!(changed.data()["number"], format!("1{digits}"));
    }
    let digits = "9".repeat(256);
    ada.call("POST", "/contact").body(format!("{{\"number\":{digits}}}")).send().expect(201);
    ada.call("POST", "/contact").body(format!("{{\"number\":{digits}9}}")).send().invalid(&[("number", "too_long")]);
}

#[rstest]
fn contacts_may_share_a_number(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let one = ada.contact(json!({ "number": "1234556677", "name": "Bankole" }));
    let other = ada.contact(json!({ "number": "1234556677", "name": "Bankole" }));

    assert_ne!(one["_id"], other["_id"]);
    assert_eq!(ada.get("/contact").ids(), [id(&other), id(&one)], "newest first");
}

#[rstest]
fn a_name_is_trimmed_and_normalised(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    assert_eq!(ada.contact(json!({ "number": "1", "name": "  Ame\u{301}lie\n" }))["name"], "Amélie");
    let longest = "é".repeat(256);
    assert_eq!(ada.contact(json!({ "number": "1", "name": longest }))["name"], longest);
    let outside_the_plane = "𝔄𝔡𝔞 👩🏾‍🚀";
    assert_eq!(ada.contact(json!({ "number": "1", "name": outside_the_plane }))["name"], outside_the_plane);
}

#[rstest]
fn a_survey_sort_id_keeps_its_json_type(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let longest = "é".repeat(64);
    for sort_id in [json!(7), json!("7"), json!(-7), json!(9_007_199_254_740_993_i64), json!(""), json!(longest)] {
        let contact = ada.contact(json!({ "number": "1", "transaction": { "survey_sort_id": sort_id } }));
        assert_eq!(contact["transaction"], json!({ "survey_id": null, "survey_sort_id": sort_id }));
        assert_eq!(ada.get(&format!("/contact/{}", id(&contact))).data(), contact);
    }
}

#[rstest]
fn a_change_touches_only_what_is_sent(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let friends = ada.group("Friends");
    let mut contact = ada.contact(json!({
        "name": "Amina", "number": "1",
        "transaction": { "survey_id": "64a00ec7c5e487d95dcb0d5c", "survey_sort_id": "x" }
    }));
    let path = format!("/contact/{}", id(&contact));

    for (change, member, value) in [
        (json!({ "name": "Amina Bello" }), "name", json!("Amina Bello")),
        (json!({ "number": 22 }), "number", json!("22")),
        (json!({ "channel": "telegram" }), "channel", json!("telegram")),
        (json!({ "group_id": id(&friends) }), "group_id", friends["_id"].clone()),
        (
            json!({ "transaction": { "survey_sort_id": 2 } }),
            "transaction",
            json!({ "survey_id": "64a00ec7c5e487d95dcb0d5c", "survey_sort_id": 2 }),
        ),
        (
            json!({ "transaction": { "survey_id": null } }),
            "transaction",
            json!({ "survey_id": null, "survey_sort_id": 2 }),
        ),
        (
            json!({ "transaction": { "survey_id": "64a00ec7c5e487d95dcb0d5d" } }),
            "transaction",
            json!({ "survey_id": "64a00ec7c5e487d95dcb0d5d", "survey_sort_id": 2 }),
        ),
        (json!({ "transaction": null }), "transaction", json!({ "survey_id": null, "survey_sort_id": null })),
        (json!({ "name": null }), "name", json!("")),
    ] {
        roster.later_by_millis(1_001);
        let answer = ada.put(&path, change).expect(200);
        assert_eq!(answer.message(), "Contact updated successfully!");
        contact[member] = value;
        contact["updatedAt"] = json!(roster.now());
        assert_eq!(answer.data(), contact);
        assert_eq!(ada.get(&path).expect(200).data(), contact);
    }
}

#[rstest]
fn a_change_that_changes_nothing_leaves_the_time(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "name": "Amina", "number": "1" }));
    let path = format!("/contact/{}", id(&contact));
    roster.later_by_millis(60_000);

    for change in [
        json!({}),
        json!({ "title": "Greetings Msgs", "keyword": "hello,hi,cool", "reply": "How are you doing?!" }),
        json!({ "name": " Amina ", "number": 1, "channel": "whatsapp", "group_id": contact["group_id"] }),
        json!({ "transaction": {} }),
        json!({ "transaction": null }),
        json!({ "_id": UNKNOWN, "client_id": UNKNOWN, "createdAt": "x", "updatedAt": 1, "__v": 9 }),
        contact.clone(),
    ] {
        assert_eq!(ada.put(&path, change).expect(200).data(), contact);
    }
    assert_eq!(ada.call("PUT", &path).send().expect(200).data(), contact, "no body is {{}}");
    assert_eq!(ada.get(&path).expect(200).data(), contact);
}

#[rstest]
fn a_wrong_change_changes_nothing(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "name": "Amina", "number": "1" }));
    let path = format!("/contact/{}", id(&contact));

    for (member, code) in [
        (json!({ "number": null }), "null"),
        (json!({ "number": "" }), "required"),
        (json!({ "group_id": null }), "null"),
        (json!({ "group_id": "" }), "malformed"),
        (json!({ "group_id": MALFORMED }), "malformed"),
        (json!({ "group_id": UNKNOWN }), "unknown"),
        (json!({ "channel": null }), "null"),
        (json!({ "channel": "?" }), "malformed"),
    ] {
        let field = members(&member)[0].to_owned();
        let mut body = json!({ "name": "Changed" });
        body.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        ada.put(&path, body).invalid(&[(&field, code)]);
    }
    assert_eq!(ada.get(&path).expect(200).data(), contact);
}

#[rstest]
fn a_contact_moves_only_within_its_client(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let elsewhere = shop.alone().group("Customers");
    let contact = ada.contact(json!({ "number": "1" }));
    let path = format!("/contact/{}", id(&contact));

    ada.put(&path, json!({ "group_id": id(&elsewhere), "name": "Moved" })).invalid(&[("group_id", "unknown")]);

    assert_eq!(ada.get(&path).expect(200).data(), contact);
}

#[rstest]
fn the_group_given_chooses_the_client(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let customers = shop.alone().group("Customers");

    let contact = ada.contact(json!({ "number": "1", "group_id": id(&customers) }));
    assert_eq!(contact["client_id"], shop.id);

    for narrowed in [ada.narrowed(&ada.client), ada.client.alone()] {
        narrowed
            .post("/contact", json!({ "number": "1", "group_id": id(&customers) }))
            .invalid(&[("group_id", "unknown")]);
    }
    assert_eq!(shop.alone().get("/contact").ids(), [id(&contact)]);
    assert_eq!(ada.get("/contact").expect(200).data(), json!([]), "my contacts are the default client's");
}

#[rstest]
fn a_deleted_contact_is_gone(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "number": "1" }));
    let kept = ada.contact(json!({ "number": "2" }));
    let path = format!("/contact/{}", id(&contact));

    let answer = ada.delete(&path).expect(200);

    assert_eq!(answer.message(), "Contact deleted successfully!");
    assert_eq!(answer.data(), json!({ "n": 1, "ok": 1, "deletedCount": 1 }));
    ada.delete(&path).refused(404, "not_found");
    ada.get(&path).refused(404, "not_found");
    ada.put(&path, json!({ "name": "x" })).refused(404, "not_found");
    assert_eq!(ada.get("/contact").expect(200).data(), json!([kept]));
}

#[rstest]
fn upper_case_ids_are_taken_and_answered_in_lower_case(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let friends = ada.group("Friends");
    let upper = id(&friends).to_uppercase();

    let contact = ada.contact(json!({ "number": "1", "group_id": upper }));
    assert_eq!(contact["group_id"], friends["_id"]);
    assert_eq!(ada.get(&format!("/contact/{}", id(&contact).to_uppercase())).expect(200).data(), contact);
    assert_eq!(ada.get(&format!("/contact?group_id={upper}")).expect(200).data(), json!([contact]));
    assert_eq!(ada.put(&format!("/contact_groups/{upper}"), json!({})).expect(200).data(), friends);
}

#[rstest]
fn ids_that_cant_be_and_ids_that_arent(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for malformed in [MALFORMED, "x", "61b18f5e96140e23145547e9a", "61b18f5e96140e23145547eg", "%00"] {
        let path = format!("/contact/{malformed}");
        ada.get(&path).refused(400, "malformed_id");
        ada.put(&path, json!({})).refused(400, "malformed_id");
        ada.delete(&path).refused(400, "malformed_id");
    }
    ada.get(&format!("/contact/{UNKNOWN}")).refused(404, "not_found");
}

/// Ada has three contacts in a group, and one elsewhere.
#[rstest]
fn deletion_by_filter_needs_the_right_count(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let old = ada.group("Old");
    let kept = ada.contact(json!({ "number": "0" }));
    for number in ["1", "2", "3"] {
        ada.contact(json!({ "number": number, "group_id": id(&old) }));
    }
    let before = ada.get("/contact").expect(200).data();
    let group = id(&old);

    for refused in ["/contact", "/contact/", "/contact?confirm=4", "/contact?type=all&confirm=4"] {
        ada.delete(refused).refused(422, "validation_failed");
    }
    ada.delete(&format!("/contact?group_id={group}")).invalid_field("confirm");
    for confirm in ["", "x", "-3", "3.0", "+3", "99999999999999999999999"] {
        ada.delete(&format!("/contact?group_id={group}&confirm={confirm}")).invalid_field("confirm");
    }
    ada.delete(&format!("/contact?group_id={MALFORMED}&confirm=3")).invalid(&[("group_id", "malformed")]);
    ada.delete(&format!("/contact?groupid={group}&confirm=3")).refused(422, "validation_failed");
    for wrong in [0, 2, 4] {
        ada.delete(&format!("/contact?group_id={group}&confirm={wrong}")).refused(409, "count_changed");
    }
    ada.delete(&format!("/contact?group_id={UNKNOWN}&confirm=3")).refused(409, "count_changed");
    assert_eq!(ada.get("/contact").expect(200).data(), before, "nothing is deleted by any of these");

    let answer = ada.delete(&format!("/contact?group_id={group}&confirm=3")).expect(200);

    assert_eq!(answer.message(), "Contact deleted successfully!");
    assert_eq!(answer.data(), json!({ "n": 3, "ok": 1, "deletedCount": 3 }));
    assert_eq!(ada.get("/contact").expect(200).data(), json!([kept]));
    let none: Value = ada.delete(&format!("/contact?group_id={group}&confirm=0")).expect(200).data();
    assert_eq!(none["deletedCount"], 0);
}
