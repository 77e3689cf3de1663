//! Those who keep the server waiting: bodies and heads that don't come, readers that don't read.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;

use crate::harness::{Fault, Gate, Postgres, Roster, Socket, Sqlite, Store};

const SOON: Duration = Duration::from_millis(500);

/// Before anything else is asked: nobody's body is waited for either.
#[rstest]
fn a_stalled_body_is_given_up(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.deadlines.body = SOON).start();
    let ada = roster.sign_up("ada@example.org");
    let token = &ada.access_token;

    let mut sockets = Vec::new();
    for start in [
        format!("POST /contact HTTP/1.1\r\nauthorization: Bearer {token}\r\n"),
        "GET /contact HTTP/1.1\r\n".to_owned(),
        "POST /users HTTP/1.1\r\n".to_owned(),
    ] {
        for length in ["content-length: 100\r\n\r\n{\"number\"", "transfer-encoding: chunked\r\n\r\n5\r\n{\"num"] {
            let mut socket = Socket::to(roster.address());
            socket.send(format!("{start}host: roster\r\n{length}"));
            sockets.push(socket);
        }
    }
    for socket in &mut sockets {
        let answer = socket.answer().refused(408, "request_timeout");
        assert_eq!(answer.header("connection"), Some("close"), "the rest of it is no next request");
    }
    ada.contact(json!({ "number": "1" }));
}

/// No request yet, so a bare status, or nothing, and the end.
#[rstest]
fn a_stalled_head_is_given_up(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.deadlines.head = Duration::from_secs(1)).start();

    for start in ["GET /contact HTTP/1.1\r\nhost: ros", "G"] {
        let mut socket = Socket::to(roster.address());
        let end = socket.send(start).rest();
        let text = String::from_utf8(end).unwrap();
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
    }
    roster.nobody().get("/health/live").expect(200);
}

/// The list would never end; its reader stops after the head.
#[test]
fn a_reader_that_takes_nothing_is_cut() {
    let (roster, faulty) = Roster::faulty(Sqlite, |http| http.deadlines.reader = SOON);
    let ada = roster.sign_up("ada@example.org");
    ada.contact(json!({ "number": "1" }));
    let (gate, arrivals) = Gate::closed();
    gate.let_through(100_000);
    faulty.set(Fault::Endless(gate));
    let mut socket = Socket::to(roster.address());
    socket.send(format!("GET /contact HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {}\r\n\r\n", ada.access_token));
    assert_eq!(socket.head().0, 200);

    // Until every buffer between here and there is full, and then for much longer than the deadline.
    while arrivals.recv_timeout(4 * SOON).is_ok() {}

    let rest = socket.rest();
    assert!(!rest.ends_with(b"0\r\n\r\n"), "cut, not closed as if complete");
}
