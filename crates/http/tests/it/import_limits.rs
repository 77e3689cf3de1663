//! How many files are taken at once, and how much of them waits.

use roster_testkit::eventually;
use rstest::rstest;

use crate::harness::{Postgres, Roster, Socket, Sqlite, Store, id};

const CSV: &str = "Name,Phone\nAmina,+2348030000001\n";

#[rstest]
fn so_many_of_one_user_wait(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.imports.staging.waiting = 2).start();
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    let first = ada.import("", CSV);
    ada.client.alone().import("", CSV);

    for caller in [&*ada, &ada.client.alone()] {
        let answer = caller.send_file("", CSV).refused(429, "rate_limited");
        assert_eq!(answer.header("retry-after"), Some("30"));
    }
    bob.import("", CSV);
    assert_eq!(ada.get("/imports").ids().len(), 2);
    ada.delete(&format!("/imports/{}", id(&first))).expect(200);
    ada.import("", CSV);
}

#[rstest]
fn so_much_waits_of_everybody(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.imports.staging.staged_bytes = 1024 * 1024).start();
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    ada.import("", vec![b'x'; 900 * 1024]);

    let answer = bob.send_file("", vec![b'x'; 300 * 1024]).refused(503, "overloaded");
    assert_eq!(answer.header("retry-after"), Some("30"));
    eventually("it is given up", || bob.get("/imports").expect(200).ids().is_empty().then_some(()));
}

#[rstest]
fn so_much_waits_of_one_user(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.imports.staging.staged_bytes_of_user = 1024 * 1024).start();
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    ada.import("", vec![b'x'; 900 * 1024]);

    for caller in [&*ada, &ada.another_client("Shop").alone()] {
        let answer = caller.send_file("", vec![b'x'; 300 * 1024]).refused(503, "overloaded");
        assert_eq!(answer.header("retry-after"), Some("30"));
    }
    bob.import("", vec![b'x'; 300 * 1024]);
}

/// So many come at once, and batches have places of their own.
#[rstest]
fn so_many_of_one_user_come_at_once(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.imports.uploads_per_user = 1).start();
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    let head = format!("POST /imports HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {}\r\n", ada.access_token);
    let mut socket = Socket::to(roster.address());
    socket.send(format!("{head}content-length: {}\r\nexpect: 100-continue\r\n\r\n", CSV.len()));
    assert_eq!(socket.head().0, 100);

    ada.send_file("", CSV).refused(503, "overloaded");
    ada.post("/contact/batch", serde_json::json!({ "operations": [] })).expect(200);
    bob.import("", CSV);
    socket.send(CSV).answer().expect(202);
    ada.import("", CSV);
}
