//! What connections carry: many requests, bodies in either form, and what curl adds of its own.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Postgres, Roster, Socket, Sqlite, Store, UNKNOWN, id};

/// Existing consumers keep their connections, and send bodies with GET.
#[rstest]
fn a_connection_is_kept_across_bodies_on_get(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "number": "1" }));
    let credentials = ada.client.in_body().to_string();
    let mut socket = Socket::to(roster.address());

    let requests = [
        ("GET", "/contact".to_owned(), credentials.as_str(), 200),
        ("GET", format!("/contact/{}", id(&contact)), credentials.as_str(), 200),
        ("GET", "/contact".to_owned(), "{\"session_id\": \"\", \"access_token\": \"\"}", 401),
        ("GET", "/contact".to_owned(), "{", 401),
        ("GET", format!("/contact/{UNKNOWN}"), credentials.as_str(), 404),
        ("GET", "/nothing".to_owned(), credentials.as_str(), 404),
        ("PATCH", "/contact".to_owned(), credentials.as_str(), 405),
        ("GET", "/contact?type=all".to_owned(), credentials.as_str(), 403),
        ("GET", "/contact?colour=red".to_owned(), credentials.as_str(), 422),
        ("DELETE", format!("/contact/{UNKNOWN}"), credentials.as_str(), 404),
        ("GET", "/health/live".to_owned(), credentials.as_str(), 200),
        ("OPTIONS", "/contact".to_owned(), credentials.as_str(), 200),
        ("GET", "/contact".to_owned(), credentials.as_str(), 200),
    ];
    for (method, path, body, status) in requests {
        let length = body.len();
        socket.send(format!("{method} {path} HTTP/1.1\r\nhost: roster\r\ncontent-length: {length}\r\n\r\n{body}"));
        if method == "OPTIONS" {
            let (answered, headers) = socket.head();
            assert_eq!((answered, headers.get("connection")), (status, None), "{path}");
            let length = headers.get("content-length").map_or(0, |l| l.to_str().unwrap().parse().unwrap());
            socket.bytes(length);
            continue;
        }
        let answer = socket.answer().expect(status);
        assert_ne!(answer.header("connection"), Some("close"), "{method} {path}: {answer}");
    }
}

#[rstest]
fn requests_may_be_sent_ahead(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let credentials = ada.client.in_body().to_string();
    let request = |method: &str, path: &str, body: &str| {
        format!("{method} {path} HTTP/1.1\r\nhost: roster\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    let mut create = ada.client.in_body();
    create["number"] = json!("1");
    let mut socket = Socket::to(roster.address());

    socket.send(
        [
            request("POST", "/contact", &create.to_string()),
            request("HEAD", "/contact", &credentials),
            request("GET", "/contact", &credentials),
            request("GET", "/nothing", "{}"),
            request("GET", "/contact", &credentials),
        ]
        .concat(),
    );

    let contact = socket.answer().expect(201).data();
    assert_eq!(socket.head().0, 200);
    assert_eq!(socket.answer().expect(200).data(), json!([contact]));
    socket.answer().refused(404, "no_such_route");
    assert_eq!(socket.answer().expect(200).data(), json!([contact]));
}

/// A HEAD's answer ends with its head, also where a GET's would be streamed: what follows is the next answer.
#[rstest]
fn nothing_follows_the_head_of_a_head(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    ada.contact(json!({ "number": "1" }));

    for path in
        ["/contact", "/contact?type=all", "/contact?limit=1", "/contact_groups", "/clients", "/health/live", "/x"]
    {
        let mut socket = Socket::to(roster.address());
        for method in ["HEAD", "HEAD", "GET"] {
            let token = &ada.access_token;
            socket.send(format!("{method} {path} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {token}\r\n\r\n"));
            let status = if method == "HEAD" { socket.head().0 } else { socket.answer().status };
            assert_eq!(status, if path == "/x" { 404 } else { 200 }, "{method} {path}");
        }
    }
}

#[rstest]
fn a_body_may_come_in_chunks(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let token = &ada.access_token;
    let mut socket = Socket::to(roster.address());

    for (method, path) in [("POST", "/contact"), ("GET", "/contact")] {
        socket.send(format!("{method} {path} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {token}\r\n"));
        socket.send("transfer-encoding: chunked\r\n\r\n4\r\n{\"nu\r\n").send("e\r\nmber\": \"7\"   }\r\n0\r\n\r\n");
        assert!(socket.answer().status < 300, "{method}");
    }
    assert_eq!(ada.get("/contact").data()[0]["number"], "7");
}

/// curl asks first, for bodies that are long enough.
#[rstest]
fn who_asks_whether_to_go_on_may(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let head = format!("POST /contact HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {}\r\n", ada.access_token);
    let mut socket = Socket::to(roster.address());

    socket.send(format!("{head}expect: 100-continue\r\ncontent-length: 15\r\n\r\n"));
    assert_eq!(socket.head().0, 100);
    socket.send("{\"number\": \"7\"}");
    socket.answer().expect(201);
}

/// `curl --http2` offers an upgrade with its first request; there is nothing to upgrade to.
#[rstest]
fn an_offered_upgrade_is_passed_over(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for protocol in ["h2c", "websocket"] {
        let mut socket = Socket::to(roster.address());
        socket.send(format!(
            "GET /contact HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {}\r\nconnection: Upgrade, HTTP2-Settings\r\n\
             upgrade: {protocol}\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n",
            ada.access_token
        ));
        socket.answer().expect(200);
    }
}

#[rstest]
fn the_old_protocol_is_answered_too(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "number": "1" }));
    let mut socket = Socket::to(roster.address());

    let path = format!("/contact/{}", id(&contact));
    socket.send(format!("GET {path} HTTP/1.0\r\nauthorization: Bearer {}\r\n\r\n", ada.access_token));

    let answer = String::from_utf8(socket.rest()).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200") || head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(body.contains(id(&contact)), "{body}");
}
