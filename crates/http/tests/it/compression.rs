//! Long answers come compressed to those who ask.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Fault, Postgres, Roster, Socket, Sqlite, Store, id};

#[rstest]
fn whole_lists_and_pages(#[values(Sqlite, Postgres)] store: Store, #[values("gzip", "br")] encoding: &str) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    roster.fill(&ada, 1_500);
    for path in ["/contact", "/contact?limit=50", "/contact?q=contact"] {
        let plain = ada.get(path).expect(200);
        assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("accept-encoding")));
        let packed = ada.with("accept-encoding", encoding).get(path).expect(200);
        assert_eq!(packed.header("content-encoding"), Some(encoding), "{path}");
        assert!(packed.body == plain.body, "{path}");
        assert!(packed.sent * 4 < plain.sent, "{path}: {} of {}", packed.sent, plain.sent);
    }
}

#[test]
fn not_the_short_nor_what_has_a_tag() {
    let roster = Roster::start(Sqlite);
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "number": "1".repeat(256), "name": "\u{1f600}".repeat(256) }));
    let asking = ada.with("accept-encoding", "gzip, br");
    for path in ["/contact_groups".to_owned(), format!("/contact/{}", id(&contact)), "/nowhere".to_owned()] {
        assert_eq!(asking.get(&path).header("content-encoding"), None, "{path}");
    }
    assert_eq!(asking.get("/contact").header("content-encoding"), Some("br"));
    let unwilling = ada.with("accept-encoding", "gzip;q=0, br;q=0");
    assert_eq!(unwilling.get("/contact").header("content-encoding"), None);
}

#[test]
fn a_compressed_list_that_breaks_off_is_cut() {
    let (roster, faulty) = Roster::faulty(Sqlite, |_| {});
    let ada = roster.sign_up("ada@example.org");
    roster.fill(&ada, 2_500);
    faulty.set(Fault::AfterPages(2));
    let mut socket = Socket::to(roster.address());
    let token = &ada.access_token;
    socket.send(format!(
        "GET /contact HTTP/1.1\r\nhost: roster\r\naccept-encoding: gzip\r\nauthorization: Bearer {token}\r\n\r\n"
    ));
    let (status, headers) = socket.head();
    assert_eq!((status, headers["content-encoding"].to_str().unwrap()), (200, "gzip"));
    let rest = socket.rest();
    assert!(!rest.ends_with(b"0\r\n\r\n"), "nobody takes it for complete");
}
