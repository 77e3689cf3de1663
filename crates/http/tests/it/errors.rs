//! What no route answers by itself: unknown routes, sizes, the request id, and what the HTTP parser refuses.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Postgres, Roster, Socket, Sqlite, Store, UNKNOWN};

#[rstest]
fn unknown_routes_are_answered_in_json(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let below = format!("/contact/{UNKNOWN}/notes");

    for path in ["/", "/nothing", "/contacts", &below, "/api", "/api/v1", "/api/v2/contact", "/Contact"] {
        roster.nobody().get(path).refused(404, "no_such_route");
        ada.post(path, json!({})).refused(404, "no_such_route");
        ada.delete(path).refused(404, "no_such_route");
        ada.call("HEAD", path).send().expect(404);
        ada.call("OPTIONS", path).send().refused(404, "no_such_route");
    }
}

#[rstest]
fn the_request_id_is_taken_over_where_it_can_be(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let nobody = roster.nobody();
    let (longest, too_long) = ("x".repeat(128), "x".repeat(129));

    for taken in ["a", "7b0c-42!~", "{\"id\":1}", longest.as_str()] {
        let known = nobody.with("x-request-id", taken);
        assert_eq!(known.get("/health/live").expect(200).header("x-request-id"), Some(taken));
        assert_eq!(known.get("/contact").expect(401).header("x-request-id"), Some(taken));
        assert_eq!(known.get("/nothing").expect(404).json()["error"]["request_id"], taken);
    }
    for replaced in ["", "a b", "a\tb", too_long.as_str()] {
        let answer = nobody.with("x-request-id", replaced).get("/nothing").expect(404);
        let made = answer.header("x-request-id").unwrap();
        assert!(made != replaced && made.bytes().all(|byte| byte.is_ascii_graphic()), "{answer}");
    }
    let ids: Vec<String> =
        (0..3).map(|_| nobody.get("/health/live").header("x-request-id").unwrap_or_default().to_owned()).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
}

#[rstest]
fn bodies_may_have_64_kib(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    ada.call("POST", "/contact").body(padded(65_536)).send().expect(201);
    ada.call("POST", "/contact").body(padded(65_537)).send().refused(413, "too_large");
    ada.call("GET", "/contact").body(padded(65_537)).send().refused(413, "too_large");
    roster.nobody().call("POST", "/users").body(padded(65_537)).send().refused(413, "too_large");
    assert_eq!(ada.get("/contact").ids().len(), 1);
}

/// A contact, padded to so many bytes.
fn padded(length: usize) -> String {
    let contact = "{\"number\": \"1\"}";
    format!("{contact}{}", " ".repeat(length - contact.len()))
}

/// Neither does the server wait for what it won't take, nor read on for ever.
#[rstest]
fn an_oversized_body_is_refused_before_it_is_there(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let head = format!("POST /contact HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {}\r\n", ada.access_token);

    let mut announced = Socket::to(roster.address());
    announced.send(format!("{head}content-length: 1000000000\r\n\r\n"));
    announced.answer().refused(413, "too_large");

    let mut chunked = Socket::to(roster.address());
    chunked.send(format!("{head}transfer-encoding: chunked\r\n\r\n10001\r\n")).send(vec![b' '; 0x10001]).send("\r\n");
    chunked.answer().refused(413, "too_large");
}

#[rstest]
fn the_limit_of_bodies_is_configurable(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.body_limit = 1_024).start();
    let ada = roster.sign_up("ada@example.org");

    ada.call("POST", "/contact").body(padded(1_024)).send().expect(201);
    ada.call("POST", "/contact").body(padded(1_025)).send().refused(413, "too_large");
}

/// What isn't HTTP has no request to answer: a bare status and the end.
#[rstest]
fn what_isnt_http_is_refused_barely(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);

    for nonsense in [
        "NONSENSE\r\n\r\n",
        "GET /contact HTTP/1.1\r\nhost roster\r\n\r\n",
        "POST /contact HTTP/1.1\r\nhost: roster\r\ncontent-length: x\r\n\r\n",
        "POST /contact HTTP/1.1\r\nhost: roster\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        "POST /contact HTTP/1.1\r\nhost: roster\r\ntransfer-encoding: gzip\r\n\r\n",
    ] {
        let mut socket = Socket::to(roster.address());
        socket.send(nonsense);
        assert_eq!(socket.head().0, 400, "{nonsense:?}");
        socket.rest();
    }
    roster.nobody().get("/health/live").expect(200);
}

/// What can't be decoded in a path or a query is no accident either.
#[rstest]
fn odd_addresses_are_answered(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for (path, statuses) in [
        ("/contact/%ff", vec![400]),
        ("/contact/%zz", vec![400]),
        ("/contact?%ff=1", vec![422]),
        ("/contact?type=%ff", vec![422]),
        ("/contact?type=a%00ll", vec![422]),
        ("/contact?group_id=%27%20OR%201=1", vec![422]),
        ("/%00", vec![404]),
        ("//contact", vec![404, 200]),
    ] {
        let mut socket = Socket::to(roster.address());
        let token = &ada.access_token;
        socket.send(format!("GET {path} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {token}\r\n\r\n"));
        let answer = socket.answer();
        assert!(statuses.contains(&answer.status), "{path}: {answer}");
    }
}
