//! What a batch may hold, whom it may come from, and what is told of one that can't be done.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Gate, How, Postgres, Roster, Socket, Sqlite, Store, UNKNOWN, WatchedBatches};

const PATH: &str = "/contact/batch";
const MOST_BYTES: usize = 16 * 1024 * 1024;

#[rstest]
fn ten_thousand_at_most(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let mut operations: Vec<Value> = (0..10_000)
        .map(|n| json!({ "op": "create", "contact": { "number": format!("23480{n:08}"), "name": format!("Contact {n}") } }))
        .collect();

    let answer = ada.post(PATH, json!({ "atomic": true, "operations": operations })).expect(200);
    assert_eq!(answer.data()["counts"]["created"], 10_000);
    let ids: Vec<String> = answer.data()["results"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|result| result["contact"]["_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ada.get("/contact").ids(), ids, "made in their order");

    operations.push(json!({ "op": "delete", "_id": UNKNOWN }));
    ada.post(PATH, json!({ "operations": operations })).invalid(&[("operations", "too_long")]);
    assert_eq!(ada.get("/contact/count").data()["count"], 10_000);
}

/// Somebody known may send so much; of others no more is read than on any other call.
#[rstest]
fn sixteen_mebibytes_at_most(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let body = r#"{"operations": [{"op": "create", "contact": {"number": "1"}}]}"#;
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));

    ada.call("POST", PATH).body(padded(MOST_BYTES)).send().expect(200);
    ada.call("POST", PATH).body(padded(MOST_BYTES + 1)).send().refused(413, "too_large");
    let mut shown = ada.client.in_body();
    shown["operations"] = json!([]);
    let shown = shown.to_string();
    let padded = |length: usize| format!("{shown}{}", " ".repeat(length - shown.len()));
    let nobody = roster.nobody();
    nobody.call("POST", PATH).body(padded(64 * 1024)).send().expect(200);
    nobody.call("POST", PATH).body(padded(64 * 1024 + 1)).send().refused(401, "unauthenticated");
    assert_eq!(ada.get("/contact").ids().len(), 1);
}

/// Nothing of it is waited for: the answer comes while it hasn't.
#[rstest]
fn a_strangers_upload_is_not_read(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let mismatch =
        format!("authorization: Bearer {}\r\nx-client-session: {}\r\n", ada.access_token, bob.client.session_id);

    for (shown, kind, status, code) in [
        ("authorization: Bearer x\r\n", "application/json", 401, "unauthenticated"),
        ("x-client-session: x\r\n", "application/json", 401, "unauthenticated"),
        ("authorization: Bearer x\r\n", "application/x-ndjson", 401, "unauthenticated"),
        ("", "application/x-ndjson", 401, "unauthenticated"),
        ("", "application/json", 401, "unauthenticated"),
        (mismatch.as_str(), "application/json", 403, "client_mismatch"),
        (mismatch.as_str(), "application/x-ndjson", 403, "client_mismatch"),
    ] {
        let mut socket = Socket::to(roster.address());
        socket.send(format!("POST {PATH} HTTP/1.1\r\nhost: roster\r\n{shown}content-type: {kind}\r\n"));
        socket.send(format!("content-length: {MOST_BYTES}\r\n\r\n{{\"operations\": ["));
        let answer = socket.answer().refused(status, code);
        assert_eq!(answer.header("connection"), Some("close"), "the rest of it is no next request");
    }
}

#[rstest]
fn each_check_goes_before_the_next(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let colour = format!("{PATH}?colour=red");
    for kind in ["application/json", "application/x-ndjson"] {
        let call =
            |caller: &crate::harness::Consumer, path: &str| caller.call("POST", path).header("content-type", kind);
        call(&roster.nobody(), &colour)
            .header("content-encoding", "gzip")
            .body("{")
            .send()
            .refused(401, "unauthenticated");
        call(&ada, &colour).header("content-encoding", "gzip").body("{").send().refused(415, "unsupported_media_type");
        call(&ada, &colour).body(r#"{"operations": []}"#).send().invalid(&[("colour", "unknown")]);
    }
    ada.call("POST", &colour).body("{").send().refused(400, "malformed_body");
    roster.nobody().call("POST", PATH).body("{").send().refused(401, "unauthenticated");
    ada.call("POST", &colour).body("{}").send().invalid(&[("operations", "required"), ("colour", "unknown")]);
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
        let answer = ada.call(method, PATH).send().expect(405);
        assert_eq!(answer.header("allow"), Some("POST, OPTIONS"));
    }
}

#[rstest]
fn all_problems_come_at_once(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let operations = json!([
        { "op": "create", "contact": { "number": "1" } },
        { "op": "create", "contact": { "number": "", "channel": "?" } },
        { "op": "update", "set": { "name": 5 } },
        "delete",
        { "op": "moove" },
    ]);

    ada.post(PATH, json!({ "operations": operations, "atomic": "yes" })).invalid(&[
        ("atomic", "wrong_type"),
        ("operations[1].contact.number", "required"),
        ("operations[1].contact.channel", "malformed"),
        ("operations[2]._id", "required"),
        ("operations[2].set.name", "wrong_type"),
        ("operations[3]", "wrong_type"),
        ("operations[4].op", "malformed"),
    ]);
    let answer = ada.post(PATH, json!({ "operations": vec![json!({}); 10_000] })).refused(422, "validation_failed");
    assert_eq!(answer.json()["error"]["fields"].as_array().map(Vec::len), Some(100));
    assert_eq!(ada.get("/contact").ids().len(), 0);
}

#[rstest]
fn hostile_bodies(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let deep = "[".repeat(1_000_000);
    let many = format!(r#"{{"operations": [{}0]}}"#, "0,".repeat(4_000_000));
    let members = format!(r#"{{{}"operations": []}}"#, r#""":0,"#.repeat(3_000_000));
    let one = format!(r#"{{"operations": [{{{}"op": "x"}}]}}"#, r#""":0,"#.repeat(3_000_000));
    let send = |body: &[u8]| ada.call("POST", PATH).body(body).send();

    for body in
        [deep.as_bytes(), br#"{"operations": [{"op": "\ud800"}]}"#, b"{\"x\": \"\xff\", \"operations\": []}", b"[]"]
    {
        send(body).refused(400, "malformed_body");
    }
    send(many.as_bytes()).invalid(&[("operations", "too_long")]);
    send(one.as_bytes()).invalid(&[("operations[0]", "too_long")]);
    send(members.as_bytes()).expect(200);
    assert_eq!(ada.get("/contact").ids().len(), 0);
}

/// So many at once of one user, and of others as many again.
#[rstest]
fn batches_are_limited_for_each_user(#[values(Sqlite, Postgres)] store: Store) {
    let (gate, arrivals) = Gate::closed();
    let how = How::Gate(gate.clone());
    let roster = Roster::setup(store)
        .http(|http| http.batches_per_user = 1)
        .ports(|store| WatchedBatches::in_front_of(store, how, Arc::default()))
        .start();
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    let body = json!({ "operations": [{ "op": "create", "contact": { "number": "1" } }] });

    thread::scope(|scope| {
        let first = scope.spawn(|| ada.post(PATH, body.clone()));
        arrivals.recv().unwrap();
        ada.post(PATH, body.clone()).refused(503, "overloaded");
        ada.client
            .alone()
            .call("POST", PATH)
            .header("content-type", "application/x-ndjson")
            .send()
            .refused(503, "overloaded");
        let other = scope.spawn(|| bob.post(PATH, body.clone()));
        arrivals.recv().unwrap();
        ada.get("/contact").expect(200);
        gate.let_through(2);
        first.join().unwrap().expect(200);
        other.join().unwrap().expect(200);
    });
    gate.let_through(1);
    ada.post(PATH, body).expect(200);
}

#[rstest]
fn a_failing_store_is_told(#[values(Sqlite, Postgres)] store: Store) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let roster =
        Roster::setup(store).ports(|store| WatchedBatches::in_front_of(store, How::FailAfter(0), noted)).start();
    let ada = roster.sign_up("ada@example.org");
    let operations = json!({ "operations": [{ "op": "create", "contact": { "number": "1" } }] });

    ada.post(PATH, operations.clone()).refused(503, "store_unavailable");
    let line = operations["operations"][0].to_string();
    let answer = ada.call("POST", PATH).header("content-type", "application/x-ndjson").body(line).send();
    answer.refused(503, "store_unavailable");
    assert_eq!(*seen.lock().unwrap(), [1, 1], "a write isn't tried twice");
    assert_eq!(ada.get("/contact").ids().len(), 0);
}

#[rstest]
fn a_silent_store_is_given_up(#[values(Sqlite, Postgres)] store: Store) {
    let (gate, _arrivals) = Gate::closed();
    let roster = Roster::setup(store)
        .http(|http| http.deadlines.bulk = Duration::from_millis(500))
        .ports(move |store| WatchedBatches::in_front_of(store, How::Gate(gate), Arc::default()))
        .start();
    let ada = roster.sign_up("ada@example.org");

    ada.post(PATH, json!({ "operations": [] })).refused(503, "store_unavailable");
}
