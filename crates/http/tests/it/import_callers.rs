//! Whose imports who sees.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Consumer, Postgres, Roster, Sqlite, Store, id};

const CSV: &str = "Name,Phone\nAmina,+2348030000001\n";
const UNKNOWN: &str = "018f0000-0000-7000-8000-000000000000";

/// Everything there is to be done to one.
const ACTS: [(&str, &str); 5] =
    [("GET", ""), ("DELETE", ""), ("GET", "/report"), ("POST", "/undo"), ("POST", "/resume")];

#[rstest]
fn a_foreign_one_is_as_unknown(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    let shop = ada.another_client("Shop");
    let (of_ada, of_shop) = (ada.import("", CSV), shop.alone().import("", CSV));
    let callers: [(&Consumer, &str); 5] = [
        (&bob, id(&of_ada)),
        (&bob.client.alone(), id(&of_ada)),
        (&ada.client.alone(), id(&of_shop)),
        (&shop.alone(), id(&of_ada)),
        (&ada.narrowed(&shop), id(&of_ada)),
    ];

    for (method, act) in ACTS {
        let call = |caller: &Consumer, import: &str| {
            caller.with("x-request-id", "same").call(method, &format!("/imports/{import}{act}")).send()
        };
        for (caller, foreign) in callers {
            let (foreign, unknown) = (call(caller, foreign), call(caller, UNKNOWN));
            assert_eq!(foreign.refused(404, "not_found").body, unknown.refused(404, "not_found").body);
        }
        for malformed in ["x", "018f00000000700080000000000000000000", "0123456789abcdef01234567"] {
            call(&ada, malformed).refused(400, "malformed_id");
        }
        call(&roster.nobody(), id(&of_ada)).refused(401, "unauthenticated");
    }
    for import in [&of_ada, &of_shop] {
        assert_eq!(&ada.import_now(import), import, "nothing refused has changed anything");
    }
}

/// A user's those of all clients, a client's its own, newest first.
#[rstest]
fn they_are_listed(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    let shop = ada.another_client("Shop");
    let mut imports = Vec::new();
    for caller in [&*ada, &shop.alone(), &ada.narrowed(&shop)] {
        roster.later_by_millis(1_000);
        imports.push(id(&caller.import("", CSV)).to_owned());
    }
    let [first, second, third] = imports.try_into().unwrap();

    let answer = ada.get("/imports").expect(200);
    assert_eq!(answer.message(), "Import fetched successfully!");
    assert_eq!(answer.ids(), [&*third, &*second, &*first]);
    let clients: Vec<_> = answer.data().as_array().unwrap().iter().map(|import| import["client_id"].clone()).collect();
    assert_eq!(clients, [&*shop.id, &*shop.id, &*ada.client.id]);
    assert_eq!(ada.client.alone().get("/imports").ids(), [&*first]);
    assert_eq!(shop.alone().get("/imports").ids(), [&*third, &*second]);
    assert_eq!(ada.narrowed(&shop).get("/imports").ids(), [&*third, &*second]);
    assert_eq!(bob.get("/imports").data(), json!([]));

    let page = ada.get("/imports?limit=2").expect(200);
    assert_eq!(page.ids(), [&*third, &*second]);
    let cursor = page.json()["page"]["next_cursor"].as_str().unwrap().to_owned();
    assert!(page.header("link").is_some_and(|link| link.starts_with("</imports?limit=2&cursor=")), "{page}");
    let rest = ada.get(&format!("/imports?limit=2&cursor={cursor}")).expect(200);
    assert_eq!((rest.ids(), &rest.json()["page"]["has_more"]), (vec![first], &json!(false)));
    bob.get(&format!("/imports?limit=2&cursor={cursor}")).refused(400, "malformed_cursor");
    ada.get("/imports?state=waiting").invalid(&[("state", "unknown")]);
}

/// Credentials may stand in headers or in the query: in a file there are none.
#[rstest]
fn a_file_holds_no_credentials(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let nobody = roster.nobody();

    nobody.send_file("", ada.client.in_body().to_string()).refused(401, "unauthenticated");
    let import = nobody.import(&ada.client.in_query(), CSV);
    assert_eq!(import["client_id"], ada.client.id);
    ada.narrowed(&roster.sign_up("bob@example.org").client).send_file("", CSV).refused(403, "client_mismatch");
}

/// It goes with its client.
#[rstest]
fn an_import_goes_with_its_client(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let import = shop.alone().import("", CSV);

    ada.delete(&format!("/clients/{}", shop.id)).expect(200);

    ada.get(&format!("/imports/{}", id(&import))).refused(404, "not_found");
    assert_eq!(ada.get("/imports").data(), json!([]));
}
