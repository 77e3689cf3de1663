//! Methods: the wrong ones, HEAD and OPTIONS.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::json;

use crate::harness::{Answer, MALFORMED, Postgres, Roster, Socket, Sqlite, Store, UNKNOWN, id};

/// Each path, and the methods it has beside HEAD (where there is GET) and OPTIONS.
const ROUTES: [(&str, &[&str]); 22] = [
    ("/contact", &["GET", "POST", "DELETE"]),
    ("/contact/batch", &["POST"]),
    ("/contact/export", &["GET"]),
    ("/contact/0123456789abcdef01234567", &["GET", "PUT", "DELETE"]),
    ("/contact_groups", &["GET", "POST"]),
    ("/contact_groups/0123456789abcdef01234567", &["GET", "PUT", "DELETE"]),
    ("/imports", &["GET", "POST"]),
    ("/imports/018f0000-0000-7000-8000-000000000000", &["GET", "DELETE"]),
    ("/imports/018f0000-0000-7000-8000-000000000000/report", &["GET"]),
    ("/imports/018f0000-0000-7000-8000-000000000000/resume", &["POST"]),
    ("/imports/018f0000-0000-7000-8000-000000000000/undo", &["POST"]),
    ("/users", &["POST"]),
    ("/users/me", &["GET", "PUT", "DELETE"]),
    ("/users/me/audit", &["GET"]),
    ("/sessions", &["GET", "POST", "DELETE"]),
    ("/sessions/refresh", &["POST"]),
    ("/sessions/018f0000-0000-7000-8000-000000000000", &["DELETE"]),
    ("/clients", &["GET", "POST"]),
    ("/clients/0123456789abcdef01234567", &["GET", "PUT", "DELETE"]),
    ("/clients/0123456789abcdef01234567/credentials", &["POST"]),
    ("/health/live", &["GET"]),
    ("/health/ready", &["GET"]),
];

/// Allow has these, and OPTIONS if it likes.
#[track_caller]
fn allows(answer: &Answer, methods: &[&str]) {
    let allow = answer.header("allow").unwrap_or_else(|| panic!("no Allow: {answer}"));
    let allowed: BTreeSet<&str> = allow.split(',').map(str::trim).filter(|method| *method != "OPTIONS").collect();
    let mut expected: BTreeSet<&str> = methods.iter().copied().collect();
    if expected.contains("GET") {
        expected.insert("HEAD");
    }
    assert_eq!(allowed, expected, "{answer}");
}

/// Whoever asks: the method is looked at before the credentials.
#[rstest]
fn a_wrong_method_is_told_the_right_ones(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for (path, methods) in ROUTES {
        for wrong in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            if methods.contains(&wrong) {
                continue;
            }
            for caller in [&roster.nobody(), &*ada, &roster.nobody().under("/api/v1")] {
                allows(&caller.call(wrong, path).json(&json!({})).send().refused(405, "method_not_allowed"), methods);
                allows(&caller.call(wrong, &format!("{path}/?x=1")).send().refused(405, "method_not_allowed"), methods);
            }
        }
        if !methods.contains(&"GET") {
            allows(&ada.call("HEAD", path).send().expect(405), methods);
        }
    }
    ada.post(&format!("/contact/{MALFORMED}"), json!({})).refused(405, "method_not_allowed");
    let mut socket = Socket::to(roster.address());
    socket.send("BREW /contact HTTP/1.1\r\nhost: roster\r\n\r\n");
    allows(&socket.answer().refused(405, "method_not_allowed"), ROUTES[0].1);
}

#[rstest]
fn options_tells_the_methods(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);

    for (path, methods) in ROUTES {
        for path in [path.to_owned(), format!("/api/v1{path}"), format!("{path}/")] {
            allows(&roster.nobody().call("OPTIONS", &path).send().expect(200), methods);
        }
    }
}

/// All that two answers to the same question have in common, whether or not a body follows.
fn head_of(answer: &Answer) -> (u16, Vec<(String, String)>) {
    let differing = ["date", "content-length", "transfer-encoding"];
    let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.filter(|(name, _)| !differing.contains(&name.as_str())).collect();
    headers.sort();
    (answer.status, headers)
}

#[rstest]
fn head_answers_as_get_does_but_for_the_body(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let contact = id(&ada.contact(json!({ "number": "1" }))).to_owned();
    let group = ada.default_group();

    for caller in [ada.with("x-request-id", "same"), roster.nobody().with("x-request-id", "same")] {
        for path in [
            "/contact",
            "/contact?type=all",
            "/contact?type=mine",
            "/contact?limit=0",
            &format!("/contact?group_id={group}"),
            &format!("/contact/{contact}"),
            &format!("/contact/{UNKNOWN}"),
            &format!("/contact/{MALFORMED}"),
            "/contact_groups",
            "/contact_groups?type=all",
            &format!("/contact_groups/{group}"),
            &format!("/contact_groups/{UNKNOWN}"),
            "/clients",
            "/imports",
            "/imports/018f0000-0000-7000-8000-000000000000",
            "/imports/018f0000-0000-7000-8000-000000000000/report",
            "/health/live",
            "/health/ready",
            "/nothing",
        ] {
            let get = caller.get(path);
            let head = caller.call("HEAD", path).send();
            assert_eq!(head_of(&head), head_of(&get), "{path}");
            if let (Some(of_head), Some(of_get)) = (head.header("content-length"), get.header("content-length")) {
                assert_eq!(of_head, of_get, "{path}");
            }
        }
    }
}
