//! What browsers ask before they let a page call us.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Postgres, Roster, Sqlite, Store};

const PAGE: &str = "https://desk.example.org";

fn listed(value: Option<&str>) -> Vec<String> {
    value.unwrap_or_default().split(',').map(|item| item.trim().to_ascii_lowercase()).collect()
}

#[rstest]
fn no_origin_is_let_in_unless_listed(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let page = roster.nobody().with("origin", PAGE);

    assert_eq!(page.get("/health/live").expect(200).header("access-control-allow-origin"), None);
    let preflight = page.with("access-control-request-method", "POST").call("OPTIONS", "/contact").send();
    assert_eq!(preflight.header("access-control-allow-origin"), None);
}

#[rstest]
fn a_listed_origin_is_let_in(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.cors_origins = vec![PAGE.to_owned()]).start();
    let ada = roster.sign_up("ada@example.org").with("origin", PAGE);

    for answer in [
        ada.get("/contact").expect(200),
        ada.post("/contact", json!({})).expect(422),
        ada.without("authorization").get("/contact").expect(401),
        ada.get("/nothing").expect(404),
    ] {
        assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE), "{answer}");
        let exposed = listed(answer.header("access-control-expose-headers"));
        for name in ["x-request-id", "x-access-token", "link", "location", "retry-after"] {
            assert!(exposed.contains(&name.to_owned()), "{name} isn't exposed: {answer}");
        }
    }
    let other = ada.with("origin", "https://other.example.org").get("/contact");
    assert_eq!(other.header("access-control-allow-origin"), None, "{other}");
}

#[rstest]
fn a_listed_origin_may_send_what_consumers_send(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.cors_origins = vec![PAGE.to_owned()]).start();
    let headers = ["authorization", "content-type", "x-refresh", "x-client-session", "x-client-token", "x-request-id"];

    for (path, methods) in [("/contact", vec!["GET", "POST", "DELETE"]), ("/contact/x", vec!["GET", "PUT", "DELETE"])] {
        for method in methods {
            let answer = roster
                .nobody()
                .with("origin", PAGE)
                .with("access-control-request-method", method)
                .with("access-control-request-headers", &headers.join(","))
                .call("OPTIONS", path)
                .send()
                .expect(200);
            assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
            let methods = listed(answer.header("access-control-allow-methods"));
            assert!(methods.contains(&method.to_ascii_lowercase()), "{answer}");
            let allowed = listed(answer.header("access-control-allow-headers"));
            for name in headers {
                assert!(allowed.contains(&name.to_owned()), "{name} isn't allowed: {answer}");
            }
        }
    }
}
