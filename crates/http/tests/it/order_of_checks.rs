//! Which of several mistakes is answered: route and method, size, authentication, 403, the id, what is accepted and the
//! coding, the body, its fields, 404, 409.

use rstest::rstest;
use serde_json::json;

use crate::harness::{MALFORMED, Postgres, Roster, Sqlite, Store, UNKNOWN};

#[rstest]
fn each_check_goes_before_the_next(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let nobody = roster.nobody();
    let mismatched = bob.narrowed(&ada.client);
    let too_large = " ".repeat(65_537);
    let malformed = format!("/contact/{MALFORMED}?colour=red");
    let unknown = format!("/contact/{UNKNOWN}");

    nobody.call("PATCH", "/nothing").body(too_large.clone()).send().refused(404, "no_such_route");
    nobody.call("PATCH", "/contact").body(too_large.clone()).send().refused(405, "method_not_allowed");
    nobody.call("PUT", &malformed).body(too_large.clone()).send().refused(413, "too_large");
    nobody.call("PUT", &malformed).header("content-encoding", "gzip").body("{").send().refused(401, "unauthenticated");
    mismatched
        .call("PUT", &malformed)
        .header("content-encoding", "gzip")
        .body("{")
        .send()
        .refused(403, "client_mismatch");
    ada.call("PUT", &malformed).header("content-encoding", "gzip").body("{").send().refused(400, "malformed_id");
    ada.call("DELETE", &malformed).body("{").send().refused(400, "malformed_id");
    ada.call("PUT", &unknown)
        .header("content-encoding", "gzip")
        .body("{")
        .send()
        .refused(415, "unsupported_media_type");
    ada.call("PUT", &unknown).body("{").send().refused(400, "malformed_body");
    ada.call("GET", &format!("{unknown}?colour=red")).body("{").send().refused(400, "malformed_body");
    ada.put(&unknown, json!({ "number": null })).refused(422, "validation_failed");
    ada.get(&format!("{unknown}?colour=red")).refused(422, "validation_failed");
    ada.put(&unknown, json!({ "group_id": UNKNOWN })).refused(404, "not_found");

    // What can't be answered is told before what was asked for is judged.
    let csv = ada.with("accept", "text/csv");
    for query in ["", "?colour=red", "?limit=0", "?limit=1&cursor=x", "?sort=title"] {
        csv.get(&format!("/contact{query}")).refused(406, "not_acceptable");
        csv.call("HEAD", &format!("/contact{query}")).send().expect(406);
    }
    csv.call("GET", "/contact?colour=red").body("{").send().refused(406, "not_acceptable");
    let csv = ada.client.alone().with("accept", "text/csv");
    csv.get("/contact?type=all&colour=red").refused(403, "client_scope");
    nobody.with("accept", "text/csv").get("/contact").refused(401, "unauthenticated");

    let alone = ada.client.alone();
    alone.call("GET", "/contact?type=all&colour=red").send().refused(403, "client_scope");
    alone.call("POST", "/clients").body("{").send().refused(403, "client_scope");
    alone.call("GET", "/clients?colour=red").send().refused(403, "client_scope");
}

/// A body that can't be read holds no credentials.
#[rstest]
fn a_strangers_broken_body_is_a_strangers(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let mut broken = ada.client.in_body().to_string();
    broken.pop();

    roster.nobody().call("POST", "/contact").body(broken.clone()).send().refused(401, "unauthenticated");
    roster.nobody().call("POST", "/contact").body("[]").send().refused(401, "unauthenticated");
    ada.call("POST", "/contact").body(broken.clone()).send().refused(400, "malformed_body");
    ada.client.alone().call("POST", "/contact").body(broken).send().refused(400, "malformed_body");
    roster.nobody().call("POST", "/users").body("{").send().refused(400, "malformed_body");
    roster.nobody().call("POST", "/sessions").body("[]").send().refused(400, "malformed_body");
}
