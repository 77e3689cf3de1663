//! Lists without a limit: streamed, complete, and cut when they can't be.

use std::thread;

use rstest::rstest;
use serde_json::json;

use crate::harness::{Consumer, Fault, Gate, Postgres, Roster, Socket, Sqlite, Store, id};

/// A GET as bytes, with nothing but a token.
fn get(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {token}\r\n\r\n")
}

#[rstest]
fn a_long_list_is_complete_and_in_order(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let ids = roster.fill(&ada, 2_500);
    let group = ada.default_group();

    for path in ["/contact", "/contact?type=all", &format!("/contact?group_id={group}")] {
        let answer = ada.get(path).expect(200);
        assert_eq!(answer.message(), "Contact fetched successfully!");
        assert!(answer.json().get("page").is_none(), "a page only with a limit");
        assert_eq!(answer.header("link"), None);
        assert_eq!(answer.ids(), ids, "{path}");
    }
    assert_eq!(ada.client.alone().get("/contact").ids(), ids);
    assert_eq!(bob.get("/contact?type=all").expect(200).data(), json!([]));
    let newest = ada.get("/contact").data()[0].clone();
    assert_eq!(newest, ada.get(&format!("/contact/{}", ids[0])).data(), "the same members as one by one");
}

#[rstest]
fn an_empty_list_is_a_list(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let answer = ada.get("/contact").expect(200);

    assert_eq!(answer.json(), json!({ "status": true, "message": "Contact fetched successfully!", "data": [] }));
}

/// The head goes out with the first chunk, and gives its place among those in flight back.
#[rstest]
fn the_first_chunk_doesnt_wait_for_the_last(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |http| http.in_flight = 1);
    let ada = roster.sign_up("ada@example.org");
    let ids = roster.fill(&ada, 1_100);
    let (gate, arrivals) = Gate::closed();
    faulty.set(Fault::Gate(gate.clone()));
    let mut socket = Socket::to(roster.address());

    socket.send(get("/contact", &ada.access_token));
    arrivals.recv().unwrap();
    gate.let_through(1);
    let (status, headers) = socket.head();
    assert_eq!((status, headers["transfer-encoding"].to_str().unwrap()), (200, "chunked"));
    let first = socket.chunk().unwrap();
    assert!(String::from_utf8_lossy(&first).contains(&ids[0]), "the newest comes first");
    arrivals.recv().unwrap();
    ada.get("/contact_groups").expect(200);

    gate.let_through(1);
    let mut body = first;
    while let Some(chunk) = socket.chunk() {
        body.extend(chunk);
    }
    let list: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let answered: Vec<&str> = list["data"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(answered, ids);
}

/// A consumer must not take half a list for the whole.
#[rstest]
fn a_list_that_fails_half_way_is_cut(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |_| {});
    let ada = roster.sign_up("ada@example.org");
    roster.fill(&ada, 1_100);

    faulty.set(Fault::AfterPages(0));
    ada.get("/contact").refused(503, "store_unavailable");

    faulty.set(Fault::AfterPages(1));
    let mut socket = Socket::to(roster.address());
    socket.send(get("/contact", &ada.access_token));
    let (status, headers) = socket.head();
    assert_eq!((status, headers["transfer-encoding"].to_str().unwrap()), (200, "chunked"));
    let rest = socket.rest();
    assert!(!rest.ends_with(b"0\r\n\r\n"), "cut, not closed as if complete");
    let said = String::from_utf8_lossy(&rest);
    assert!(!said.contains("sqlx") && !said.contains("internal"), "nothing of the cause");

    faulty.set(Fault::None);
    assert_eq!(ada.get("/contact").ids().len(), 1_100);
}

/// As many streams as a user may have; another user isn't concerned.
#[rstest]
fn streams_are_limited_for_each_user(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |http| http.streams_per_user = 1);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    roster.fill(&ada, 1_100);
    let (gate, arrivals) = Gate::closed();
    faulty.set(Fault::Gate(gate.clone()));
    let mut socket = Socket::to(roster.address());
    socket.send(get("/contact", &ada.access_token));
    gate.let_through(1);
    assert_eq!(socket.head().0, 200);
    arrivals.recv().unwrap();
    arrivals.recv().unwrap();
    faulty.set(Fault::None);

    let shed = ada.get("/contact");
    assert!(matches!(shed.status, 429 | 503), "{shed}");
    bob.get("/contact").expect(200);
    ada.get("/contact?limit=10").expect(200);

    gate.let_through(1);
    while socket.chunk().is_some() {}
    until_taken(&ada);
}

/// The place is given back once the server knows that the last byte is out, an instant after the reader does.
fn until_taken(consumer: &Consumer) {
    for _ in 0..5_000 {
        if consumer.get("/contact").status == 200 {
            return;
        }
        thread::yield_now();
    }
    panic!("a finished stream keeps its place");
}

/// A reader that leaves gives its place back too.
#[rstest]
fn who_leaves_doesnt_count(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |http| http.streams_per_user = 1);
    let ada = roster.sign_up("ada@example.org");
    roster.fill(&ada, 1_100);
    let (gate, arrivals) = Gate::closed();
    faulty.set(Fault::Gate(gate.clone()));
    let mut socket = Socket::to(roster.address());
    socket.send(get("/contact", &ada.access_token));
    gate.let_through(1);
    socket.head();
    arrivals.recv().unwrap();
    arrivals.recv().unwrap();
    drop(socket);
    gate.let_through(1);
    faulty.set(Fault::None);

    until_taken(&ada);
}
