//! The OpenAPI document and its page: for everybody, and the same for all.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::Value;
use ureq::http::Response;

use crate::harness::{Roster, Sqlite, UNKNOWN};

/// Fetches what is no answer of the API.
fn fetched(roster: &Roster, path: &str, headers: &[(&str, &str)]) -> Response<Vec<u8>> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let mut request = agent.get(format!("http://{}{path}", roster.address()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.call().unwrap();
    let body = answer.body_mut().with_config().limit(16 << 20).read_to_vec().unwrap();
    answer.map(|_| body)
}

fn header<'a>(answer: &'a Response<Vec<u8>>, name: &str) -> &'a str {
    answer.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

fn document(roster: &Roster) -> Value {
    serde_json::from_slice(fetched(roster, "/openapi.json", &[]).body()).unwrap()
}

#[rstest]
#[case("/openapi.json", "application/json")]
#[case("/api/v1/openapi.json/", "application/json")]
#[case("/docs", "text/html")]
#[case("/api/v1/docs/", "text/html")]
#[case("/docs/swagger-ui-bundle.js", "text/javascript")]
#[case("/docs/start.js", "text/javascript")]
#[case("/docs/swagger-ui.css", "text/css")]
#[case("/docs/swagger-ui-LICENSE.txt", "text/plain")]
#[case("/docs/swagger-ui-NOTICE.txt", "text/plain")]
fn are_for_everybody_and_sent_once(#[case] path: &str, #[case] media_type: &str) {
    let roster = Roster::start(Sqlite);
    let first = fetched(&roster, path, &[]);
    assert_eq!(first.status(), 200);
    assert!(header(&first, "content-type").starts_with(media_type), "{:?}", first.headers());
    assert_eq!(header(&first, "cache-control"), "no-cache");
    assert_eq!(header(&first, "x-content-type-options"), "nosniff");
    assert!(!first.body().is_empty());

    let again = fetched(&roster, path, &[("if-none-match", header(&first, "etag"))]);
    assert_eq!((again.status().as_u16(), again.body().len()), (304, 0));
}

#[rstest]
fn the_document_is_what_the_program_prints() {
    let roster = Roster::start(Sqlite);
    let served = fetched(&roster, "/openapi.json", &[]);
    assert_eq!(served.body(), roster_http::Document::get().unwrap().text.as_bytes());
    assert_eq!(document(&roster)["openapi"], "3.1.0");
}

/// What the page names is found from where it is, and is all that it may load.
#[rstest]
fn the_page_loads_nothing_from_elsewhere(#[values("/docs", "/docs/", "/api/v1/docs", "/api/v1/docs/")] path: &str) {
    let roster = Roster::start(Sqlite);
    let page = fetched(&roster, path, &[]);
    let policy = header(&page, "content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let text = String::from_utf8(page.into_body()).unwrap();
    let named: Vec<&str> = ["href=\"", "src=\"", "data-document=\""]
        .iter()
        .flat_map(|attribute| text.split(attribute).skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .filter(|name| !name.starts_with("data:"))
        .collect();
    assert_eq!(named.len(), 5, "{text}");
    let base = &path[..=path.rfind('/').unwrap()];
    for name in named {
        // As a browser resolves it.
        let found = match name.strip_prefix("../") {
            Some(name) => format!("{}{name}", base.strip_suffix("docs/").unwrap()),
            None => format!("{base}{name}"),
        };
        assert_eq!(fetched(&roster, &found, &[]).status(), 200, "{found}");
    }
}

#[rstest]
fn files_come_packed_for_those_who_unpack_them() {
    let roster = Roster::start(Sqlite);
    let path = "/docs/swagger-ui-bundle.js";
    let packed = fetched(&roster, path, &[("accept-encoding", "gzip")]);
    let plain = fetched(&roster, path, &[("accept-encoding", "identity")]);
    assert_eq!((header(&packed, "content-encoding"), header(&plain, "content-encoding")), ("gzip", ""));
    assert_ne!(header(&packed, "etag"), header(&plain, "etag"), "other bytes have another tag");
    assert!(plain.body().starts_with(b"/*!"), "{:?}", &plain.body()[..20]);
    for answer in [packed, plain] {
        assert_eq!(header(&answer, "vary"), "accept-encoding");
    }
    assert_eq!(fetched(&roster, "/docs/nothing.js", &[]).status(), 404);
}

/// Calls whose query is left to credentials, or to nobody.
const LENIENT: [&str; 9] = [
    "POST /contact",
    "PUT /contact/{id}",
    "POST /contact_groups",
    "PUT /contact_groups/{id}",
    "GET /health/live",
    "GET /health/ready",
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/{file}",
];

/// A call takes the parameters that the document names, and no others.
#[rstest]
fn parameters_are_those_of_the_document() {
    let roster = Roster::start(Sqlite);
    let ada = roster.sign_up("ada@example.org");
    let document = document(&roster);
    let mut calls = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let call = format!("{} {path}", method.to_uppercase());
            if LENIENT.contains(&call.as_str()) {
                continue;
            }
            let told = operation["parameters"].as_array().unwrap().iter().filter_map(|parameter| {
                let shared = parameter["$ref"].as_str().and_then(|name| document.pointer(&name[1..]));
                let parameter = shared.unwrap_or(parameter);
                (parameter["in"] == "query").then(|| parameter["name"].as_str().unwrap().to_owned())
            });
            // All at once, with what none of them can be, so that nothing is done.
            let told: BTreeSet<String> = told.chain(["not_told".to_owned()]).collect();
            let query: Vec<String> =
                told.iter().filter(|name| *name != "cursor").map(|name| format!("{name}=%07")).collect();
            let id = if path.contains("sessions") || path.contains("imports") { UUID } else { UNKNOWN };
            let path = path.replace("{id}", id);
            let answer = ada.call(&method.to_uppercase(), &format!("{path}?{}", query.join("&"))).send();
            let answer = answer.refused(422, "validation_failed").json();
            let unknown: Vec<&str> = answer["error"]["fields"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|field| field["message"].as_str().unwrap().ends_with("is not a parameter of this call"))
                .map(|field| field["path"].as_str().unwrap())
                .collect();
            assert_eq!(unknown, ["not_told"], "{call}: {answer:#}");
            calls += 1;
        }
    }
    assert!(calls > 25, "{calls} calls");
}

const UUID: &str = "018f0000-0000-7000-8000-000000000000";
