//! `POST /contact/batch` as one document: each operation, all in their order, all or nothing.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Answer, Consumer, Postgres, Roster, Sqlite, Store, UNKNOWN, id};

/// A batch of these.
#[expect(clippy::needless_pass_by_value, reason = "so that `json!` stands in the call")]
fn batch(caller: &Consumer, operations: Value) -> Answer {
    caller.post("/contact/batch", json!({ "operations": operations }))
}

/// The same, all or nothing.
#[expect(clippy::needless_pass_by_value, reason = "so that `json!` stands in the call")]
fn atomic(caller: &Consumer, operations: Value) -> Answer {
    caller.post("/contact/batch", json!({ "atomic": true, "operations": operations }))
}

/// The results of a batch that was done, which are in order and add up.
#[track_caller]
fn results(answer: &Answer) -> Vec<Value> {
    let data = answer.data();
    let results = data["results"].as_array().unwrap_or_else(|| panic!("no results: {answer}")).clone();
    let counts = data["counts"].as_object().unwrap();
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result["index"], index, "{answer}");
    }
    for outcome in ["created", "updated", "unchanged", "skipped", "deleted", "refused"] {
        let counted = results.iter().filter(|result| result["outcome"] == outcome).count();
        assert_eq!(counts[outcome], counted, "{outcome}: {answer}");
    }
    assert_eq!(counts.len(), 6, "{answer}");
    results
}

/// What came of each, or why it was refused.
fn words(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["code"].as_str().or(result["outcome"].as_str()).unwrap()).collect()
}

#[rstest]
fn every_operation(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let old = ada.contact(json!({ "number": "2348030000001", "name": "Amina" }));
    let moved = ada.contact(json!({ "number": "2348030000002" }));
    let gone = ada.contact(json!({ "number": "2348030000003" }));
    let shop = ada.group("Shop");

    let answer = batch(
        &ada,
        json!([
            { "op": "create", "contact": { "name": "Bola", "number": "2348030000004", "group_id": id(&shop) } },
            { "op": "update", "_id": id(&old), "set": { "name": "Amina Bello" } },
            { "op": "update", "number": "+234 803 000 0001", "set": { "name": "Amina Bello" } },
            { "op": "upsert", "contact": { "number": "2348030000004", "name": "Bola Ade" } },
            { "op": "upsert", "on_match": "skip", "contact": { "number": "2348030000004", "name": "Somebody" } },
            { "op": "upsert", "by": "_id", "contact": { "_id": UNKNOWN, "number": "2348030000005" } },
            { "op": "move", "_id": id(&moved), "group_id": id(&shop) },
            { "op": "delete", "number": "2348030000003" },
            { "op": "delete", "_id": id(&gone) },
        ]),
    )
    .expect(200);

    assert_eq!(answer.message(), "Batch done successfully!");
    let results = results(&answer);
    assert_eq!(
        words(&results),
        ["created", "updated", "unchanged", "updated", "skipped", "created", "updated", "deleted", "not_found"]
    );
    let contacts: Vec<&Value> = results.iter().map(|result| &result["contact"]).collect();
    assert_eq!((&contacts[0]["name"], &contacts[0]["group_id"]), (&json!("Bola"), &shop["_id"]));
    assert_eq!(contacts[3]["name"], "Bola Ade");
    assert_eq!(contacts[4], contacts[3], "it stays as it is");
    assert_eq!(contacts[5]["_id"], UNKNOWN);
    assert_eq!(contacts[7], &gone, "as it was");
    assert_eq!(results[8]["message"].as_str().map(str::is_empty), Some(false));
    let expected = [contacts[3], contacts[1], contacts[6], contacts[5]];
    for contact in expected {
        assert_eq!(&ada.get(&format!("/contact/{}", id(contact))).expect(200).data(), contact);
    }
    assert_eq!(ada.get("/contact").ids().len(), expected.len());
}

#[rstest]
fn blanks_are_filled_and_nothing_else(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    ada.contact(json!({ "number": "2348030000001", "channel": "sms" }));
    ada.contact(json!({ "number": "2348030000002", "name": "Bola" }));
    let fill = |number: &str| {
        json!({ "op": "upsert", "on_match": "fill_blanks",
                "contact": { "number": number, "name": "Amina", "channel": "whatsapp" } })
    };

    let results = results(&batch(&ada, json!([fill("+2348030000001"), fill("+2348030000002")])).expect(200));

    assert_eq!(words(&results), ["updated", "unchanged"]);
    let contact = &results[0]["contact"];
    assert_eq!(
        (&contact["name"], &contact["number"], &contact["channel"]),
        (&json!("Amina"), &json!("2348030000001"), &json!("sms"))
    );
}

/// Each finds what those before it left, and a batch sent again changes nothing.
#[rstest]
fn a_batch_may_be_repeated(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let operations = json!([
        { "op": "upsert", "contact": { "number": "2348030000001", "name": "Amina" } },
        { "op": "upsert", "contact": { "number": "2348030000002", "transaction": { "survey_sort_id": 7 } } },
    ]);

    assert_eq!(words(&results(&batch(&ada, operations.clone()).expect(200))), ["created", "created"]);
    let before = ada.get("/contact").json();
    assert_eq!(words(&results(&batch(&ada, operations.clone()).expect(200))), ["unchanged", "unchanged"]);
    assert_eq!(words(&results(&atomic(&ada, operations).expect(200))), ["unchanged", "unchanged"]);
    assert_eq!(ada.get("/contact").json(), before);
}

#[rstest]
fn all_or_nothing(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let kept = ada.contact(json!({ "number": "2348030000001" }));
    let before = ada.get("/contact").json();
    let refused = |operation: Value| {
        let answer = atomic(
            &ada,
            json!([
                { "op": "create", "contact": { "number": "2348030000009" } },
                { "op": "delete", "_id": id(&kept) },
                operation,
                { "op": "delete", "_id": UNKNOWN },
            ]),
        )
        .refused(409, "batch_failed");
        let error = answer.json()["error"].take();
        assert_eq!(error["index"], 2, "{answer}");
        assert_eq!(ada.get("/contact").json(), before, "nothing was done");
        error["reason"].clone()
    };

    assert_eq!(refused(json!({ "op": "delete", "number": "2348030000002" }))["code"], "not_found");
    let reason = refused(json!({ "op": "create", "contact": { "number": "1", "group_id": UNKNOWN } }));
    assert_eq!(
        (&reason["code"], &reason["fields"][0]["path"]),
        (&json!("validation_failed"), &json!("contact.group_id"))
    );
    assert_eq!(reason["fields"][0]["code"], "unknown");
    let results = results(&atomic(&ada, json!([{ "op": "delete", "_id": id(&kept) }])).expect(200));
    assert_eq!(words(&results), ["deleted"]);
}

#[rstest]
fn several_that_match_are_named(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let ids =
        ["2348030000001", "+2348030000001"].map(|number| id(&ada.contact(json!({ "number": number }))).to_owned());
    let upsert = json!([{ "op": "upsert", "contact": { "number": "234 803 000 0001", "name": "Amina" } }]);

    let results = results(&batch(&ada, upsert.clone()).expect(200));
    assert_eq!((words(&results), &results[0]["ids"]), (vec!["ambiguous"], &json!(ids)));
    assert_eq!(results[0]["outcome"], "refused");

    let reason = atomic(&ada, upsert).refused(409, "batch_failed").json()["error"]["reason"].take();
    assert_eq!((&reason["code"], &reason["ids"]), (&json!("ambiguous"), &json!(ids)));
}

#[rstest]
fn a_precondition_must_hold(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "number": "2348030000001" }));
    let path = format!("/contact/{}", id(&contact));
    let tag = ada.get(&path).header("etag").unwrap().to_owned();
    let shop = ada.group("Shop");

    let answer = batch(
        &ada,
        json!([
            { "op": "update", "_id": id(&contact), "set": { "name": "A" }, "if_match": "\"of-long-ago\"" },
            { "op": "move", "_id": id(&contact), "group_id": id(&shop), "if_match": "\"of-long-ago\"" },
            { "op": "delete", "_id": id(&contact), "if_match": format!("W/{tag}") },
            { "op": "update", "_id": id(&contact), "set": { "name": "A" }, "if_match": format!("\"x\", {tag}") },
            { "op": "update", "_id": id(&contact), "set": { "name": "B" }, "if_match": tag },
            { "op": "delete", "_id": id(&contact), "if_match": "*" },
        ]),
    )
    .expect(200);

    let stale = "precondition_failed";
    assert_eq!(words(&results(&answer)), [stale, stale, stale, "updated", stale, "deleted"]);
}

/// What is somebody else's is answered as what isn't there.
#[rstest]
fn others_are_out_of_reach(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let theirs = bob.contact(json!({ "number": "2348030000001" }));
    let their_group = bob.default_group();
    let shop = ada.another_client("Shop");
    let of_shop = ada.narrowed(&shop).contact(json!({ "number": "2348030000001" }));
    let shop_group = ada.narrowed(&shop).default_group();
    let operations = |contact: &str, group: &str, number: &str| {
        json!([
            { "op": "update", "_id": contact, "set": { "name": "Mine" } },
            { "op": "delete", "_id": contact },
            { "op": "move", "_id": contact, "group_id": group },
            { "op": "update", "number": number, "set": { "name": "Mine" } },
            { "op": "delete", "number": number },
            { "op": "create", "contact": { "number": "1", "group_id": group } },
            { "op": "upsert", "contact": { "number": "1", "group_id": group } },
        ])
    };
    let own = ada.contact(json!({ "number": "2348030000007" }));
    let to_group = |group: &str| json!([{ "op": "move", "_id": id(&own), "group_id": group }]);

    for caller in [&*ada, &ada.client.alone(), &ada.narrowed(&ada.client)] {
        let unknown = results(&batch(caller, operations(UNKNOWN, UNKNOWN, "2348030000002")).expect(200));
        assert_eq!(words(&unknown)[..2], ["not_found", "not_found"]);
        for (contact, group) in [(&theirs, &their_group), (&of_shop, &shop_group)] {
            let answer = batch(caller, operations(id(contact), group, "2348030000001")).expect(200);
            assert_eq!(results(&answer), unknown);
            let moved = results(&batch(caller, to_group(group)).expect(200));
            assert_eq!(moved, results(&batch(caller, to_group(UNKNOWN)).expect(200)));
            assert_eq!(moved[0]["fields"][0]["path"], "group_id");
        }
    }

    assert_eq!(bob.get("/contact").data(), json!([theirs]));
    assert_eq!(ada.narrowed(&shop).get("/contact").data(), json!([of_shop]));
    // An id that is another user's is nobody's here.
    let upsert = json!([{ "op": "upsert", "by": "_id", "contact": { "_id": id(&theirs), "number": "5" } }]);
    assert_eq!(words(&results(&batch(&ada, upsert.clone()).expect(200))), ["created"]);
    assert_eq!(words(&results(&batch(&shop.alone(), upsert).expect(200))), ["id_taken"]);
    assert_eq!(bob.get("/contact").data(), json!([theirs]));
}

#[rstest]
fn a_batch_is_of_one_client(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let create = json!({ "operations": [{ "op": "create", "contact": { "number": "1" } }] });
    let in_body = |mut body: Value| {
        body["session_id"] = json!(shop.session_id);
        body["access_token"] = json!(shop.access_token);
        body
    };
    let in_query = format!("/contact/batch?{}", shop.in_query());

    ada.narrowed(&shop).post("/contact/batch", create.clone()).expect(200);
    shop.alone().post("/contact/batch", create.clone()).expect(200);
    ada.post("/contact/batch", in_body(create.clone())).expect(200);
    roster.nobody().post("/contact/batch", in_body(create.clone())).expect(200);
    roster.nobody().post(&in_query, create.clone()).expect(200);
    roster.nobody().under("/api/v1").post(&in_query, create.clone()).expect(200);
    assert_eq!(shop.alone().get("/contact").ids().len(), 6);
    assert_eq!(ada.get("/contact").ids().len(), 0);

    ada.post("/contact/batch/", create).expect(200);
    assert_eq!(ada.get("/contact").ids().len(), 1);
}

/// As any call's body, whatever it says it is.
#[rstest]
fn the_body_is_json_whatever_its_type(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for kind in ["application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8", "x"] {
        let operations = json!({ "operations": [], "session_id": "", "access_token": "", "colour": ["red"] });
        let answer = ada.call("POST", "/contact/batch").header("content-type", kind).json(&operations).send();
        assert_eq!(results(&answer.expect(200)), Vec::<Value>::new());
    }
}
