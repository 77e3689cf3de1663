//! How a request is read: its path, its body whatever the content type, and the credentials in it.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Postgres, Roster, Sqlite, Store, UNKNOWN, id};

#[rstest]
fn the_body_is_json_whatever_the_content_type(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for content_type in [
        "application/x-www-form-urlencoded",
        "application/json",
        "application/json; charset=iso-8859-1",
        "text/plain",
        "text/xml",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "nonsense",
        "",
    ] {
        let body = json!({ "number": content_type, "name": "Zoë" });
        let call = ada.call("POST", "/contact").header("content-type", content_type).json(&body);
        if content_type.is_empty() {
            call.send().invalid(&[("number", "required")]);
        } else {
            assert_eq!(call.send().expect(201).data()["name"], "Zoë");
        }
    }
}

#[rstest]
fn no_body_is_an_empty_object(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    ada.call("POST", "/contact").send().invalid(&[("number", "required")]);
    ada.call("POST", "/contact").body("").send().invalid(&[("number", "required")]);
    ada.call("POST", "/contact_groups").send().invalid(&[("title", "required")]);
    ada.call("GET", "/contact").body("").send().expect(200);
    ada.call("GET", "/contact").body("{}").send().expect(200);
}

/// Each: a body, and the line and column to be named, where the wrong byte leaves no doubt about them.
#[rstest]
fn a_malformed_body_is_told_its_line_and_column(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for (body, place) in [
        ("{\n \"number\": 1,\n oops}", Some((3, 2))),
        ("{\"number\": 1}\n}", Some((2, 1))),
        ("{\"number\": 01}", Some((1, 13))),
        ("{\"number\": \"1\"", None),
        ("{", None),
        ("[]", None),
        ("[{\"number\": 1}]", None),
        ("null", None),
        ("true", None),
        ("\"text\"", None),
        ("17", None),
        ("number=1&name=x", None),
        ("\u{feff}{\"number\": 1}", Some((1, 1))),
        ("{\"number\": NaN}", None),
        ("{\"number\": 1,}", None),
        ("{'number': 1}", None),
        ("{\"name\": \"a\u{0}b\"}", None),
        ("{\"number\": 1}\u{0}", None),
        ("{\"name\": \"\\ud800\", \"number\": 1}", None),
        ("{\"name\": \"\\udc00\\ud800\", \"number\": 1}", None),
    ] {
        let answer = ada.call("POST", "/contact").body(body).send().refused(400, "malformed_body");
        let message = answer.message();
        assert!(message.contains("line ") && message.contains("column "), "{body:?}: {message}");
        if let Some((line, column)) = place {
            assert!(message.contains(&format!("line {line}")), "{body:?}: {message}");
            assert!(message.contains(&format!("column {column}")), "{body:?}: {message}");
        }
    }
    let invalid_utf8 = b"{\"number\": \"\xff\"}";
    ada.call("POST", "/contact").body(*invalid_utf8).send().refused(400, "malformed_body");
    ada.call("GET", "/contact").body("{").send().refused(400, "malformed_body");
    ada.call("DELETE", &format!("/contact/{UNKNOWN}")).body("[]").send().refused(400, "malformed_body");
    assert_eq!(ada.get("/contact").expect(200).data(), json!([]));
}

/// However deep: refused, and nobody's stack overflows.
#[rstest]
#[case::arrays("[", "]")]
#[case::objects("{\"a\":", "}")]
fn a_deep_body_is_refused(#[case] open: &str, #[case] close: &str, #[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let depth = 60_000 / (open.len() + close.len());

    for body in [
        format!("{{\"number\": 1, \"ignored\": {}1{}}}", open.repeat(depth), close.repeat(depth)),
        format!("{{\"transaction\": {}", open.repeat(depth)),
        open.repeat(depth),
    ] {
        ada.call("POST", "/contact").body(body).send().refused(400, "malformed_body");
    }
    ada.contact(json!({ "number": "1" }));
}

#[rstest]
fn a_coded_body_is_refused(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for coding in ["gzip", "deflate", "br", "zstd", "nonsense"] {
        let coded = ada.with("content-encoding", coding);
        coded.post("/contact", json!({ "number": "1" })).refused(415, "unsupported_media_type");
        coded.call("GET", "/contact").json(&json!({})).send().refused(415, "unsupported_media_type");
    }
    assert_eq!(ada.get("/contact").expect(200).data(), json!([]));
}

#[rstest]
fn what_isnt_ours_is_ignored(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let contact = ada.contact(json!({
        "number": "1", "_id": UNKNOWN, "client_id": UNKNOWN, "createdAt": "2001-01-01T00:00:00.000Z", "updatedAt": 5,
        "__v": 7, "is_default": "x", "title": [], "deep": { "er": [null] }, "": ""
    }));

    assert_ne!(id(&contact), UNKNOWN);
    assert_eq!((&contact["client_id"], &contact["__v"]), (&json!(ada.client.id), &json!(0)));
    assert_eq!((&contact["createdAt"], &contact["updatedAt"]), (&json!(roster.now()), &json!(roster.now())));
    ada.get(&format!("/contact/{UNKNOWN}")).refused(404, "not_found");
    let group = ada.post("/contact_groups", json!({ "title": "x", "_id": UNKNOWN, "client_id": 1, "__v": 7 }));
    let group = group.expect(201).data();
    assert_ne!(id(&group), UNKNOWN);
    assert_eq!((&group["client_id"], &group["__v"]), (&json!(ada.client.id), &json!(0)));
}

#[rstest]
fn a_trailing_slash_changes_nothing(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let answer = ada.post("/contact/", json!({ "number": "1" })).expect(201);
    let contact = answer.data();
    assert_eq!(answer.header("location"), Some(format!("/contact/{}", id(&contact)).as_str()));
    assert_eq!(ada.get("/contact/").expect(200).data(), json!([contact]));
    assert_eq!(ada.get("/contact/?type=all").expect(200).data(), json!([contact]));
    assert_eq!(ada.get(&format!("/contact/{}/", id(&contact))).expect(200).data(), contact);
    assert_eq!(ada.put(&format!("/contact/{}/", id(&contact)), json!({})).expect(200).data(), contact);
    assert_eq!(ada.get("/contact_groups/").ids(), ada.get("/contact_groups").ids());
    assert_eq!(ada.get("/clients/").ids(), ada.get("/clients").ids());
    ada.delete(&format!("/contact/{}/", id(&contact))).expect(200);
    roster.nobody().get("/nothing/").refused(404, "no_such_route");
}

#[rstest]
fn everything_is_there_under_the_prefix_too(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let nobody = roster.nobody().under("/api/v1");
    let account = json!({ "email": "ada@example.org", "password": "rye bread" });
    nobody.post("/users", account.clone()).expect(201);
    let session = nobody.post("/sessions", account).expect(201).data();
    let ada = nobody.with("authorization", &format!("Bearer {}", session["accessToken"].as_str().unwrap()));

    ada.post("/clients", json!({ "name": "Shop" })).expect(201);
    assert_eq!(ada.get("/clients").ids().len(), 2);
    for (collection, body) in [("/contact_groups", json!({ "title": "x" })), ("/contact", json!({ "number": "1" }))] {
        let created = ada.post(collection, body).expect(201);
        let path = format!("{collection}/{}", id(&created.data()));
        assert_eq!(created.header("location"), Some(format!("/api/v1{path}").as_str()));
        assert_eq!(ada.get(&path).expect(200).data(), created.data());
        assert_eq!(ada.put(&path, json!({})).expect(200).data(), created.data());
        ada.get(&format!("{collection}?type=all")).expect(200);
        ada.delete(&path).expect(200);
    }
    ada.delete("/contact").refused(422, "validation_failed");
    nobody.get("/nothing").refused(404, "no_such_route");
    nobody.under("/api/v1").get("/contact").refused(404, "no_such_route");
}

/// The three places in their order; the pair is taken whole from the first that holds either half.
#[rstest]
fn credentials_come_from_the_first_place_that_holds_either_half(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let (session, token) = (ada.client.session_id.as_str(), ada.client.access_token.as_str());
    let wrong = "rct_wrong";
    type Pair<'a> = (Option<&'a str>, Option<&'a str>);
    let right: Pair<'_> = (Some(session), Some(token));
    let none: Pair<'_> = (None, None);
    let empty: Pair<'_> = (Some(""), Some(""));
    let bad: Pair<'_> = (Some(session), Some(wrong));

    for (header, body, query, good) in [
        (right, none, none, true),
        (none, right, none, true),
        (none, none, right, true),
        (right, bad, bad, true),
        (none, right, bad, true),
        (bad, right, right, false),
        (none, bad, right, false),
        (empty, right, none, true),
        (empty, right, bad, true),
        (empty, empty, right, true),
        (none, empty, right, true),
        (empty, empty, empty, false),
        (none, none, none, false),
        ((Some(session), None), right, right, false),
        ((None, Some(token)), right, right, false),
        ((Some(session), None), (None, Some(token)), none, false),
        ((Some(""), Some(token)), right, right, false),
        ((Some(session), Some("")), right, right, false),
        (none, (Some(session), None), right, false),
        (none, (None, Some(token)), right, false),
        (none, (Some(session), Some("")), right, false),
        (none, none, (Some(session), None), false),
        (none, none, (None, Some(token)), false),
    ] {
        let mut call = roster.nobody();
        for (name, value) in [("x-client-session", header.0), ("x-client-token", header.1)] {
            if let Some(value) = value {
                call = call.with(name, value);
            }
        }
        let mut object = json!({});
        let mut parameters = Vec::new();
        for (name, in_body, in_query) in [("session_id", body.0, query.0), ("access_token", body.1, query.1)] {
            if let Some(value) = in_body {
                object[name] = json!(value);
            }
            if let Some(value) = in_query {
                parameters.push(format!("{name}={value}"));
            }
        }
        let path = format!("/contact?{}", parameters.join("&"));
        let case = format!("{header:?} {object} {path}");
        for method in ["GET", "POST"] {
            let mut object = object.clone();
            object["number"] = json!("1");
            let answer = call.call(method, &path).json(&object).send();
            if good {
                assert!(answer.status < 300, "{case}: {answer}");
            } else {
                assert_eq!((answer.status, answer.code().as_str()), (401, "unauthenticated"), "{case}: {answer}");
            }
        }
    }
}

/// As the guide's curl lines do.
#[rstest]
fn credentials_in_the_body_work_with_every_method(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let call = |method: &str, path: &str, mut body: Value| {
        body.as_object_mut().unwrap().extend(ada.client.in_body().as_object().unwrap().clone());
        let form = roster.nobody().with("content-type", "application/x-www-form-urlencoded");
        form.call(method, path).json(&body).send()
    };

    for (collection, body) in [("/contact_groups", json!({ "title": "x" })), ("/contact", json!({ "number": "1" }))] {
        let created = call("POST", collection, body).expect(201).data();
        let path = format!("{collection}/{}", id(&created));
        assert!(call("GET", collection, json!({})).ids().contains(&id(&created).to_owned()));
        assert_eq!(call("GET", &path, json!({})).expect(200).data(), created);
        assert_eq!(call("PUT", &path, json!({ "keyword": "hello" })).expect(200).data(), created);
        call("DELETE", &path, json!({})).expect(200);
        call("GET", &path, json!({})).refused(404, "not_found");
    }
}

/// Existing consumers send them there; they come back nowhere.
#[rstest]
fn credentials_in_the_query_are_never_repeated(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let query = ada.client.in_query();
    let nobody = roster.nobody();

    let first = nobody.post(&format!("/contact?{query}"), json!({ "number": "1" })).expect(201);
    nobody.post(&format!("/contact?{query}"), json!({ "number": "2" })).expect(201);
    let group = nobody.post(&format!("/contact_groups?{query}"), json!({ "title": "x" })).expect(201);
    let page = nobody.get(&format!("/contact?limit=1&{query}")).expect(200);
    let groups = nobody.get(&format!("/contact_groups?{query}&limit=1")).expect(200);
    assert!(page.header("link").is_some() && groups.header("link").is_some());
    let contact = id(&first.data()).to_owned();
    nobody.put(&format!("/contact/{contact}?{query}"), json!({ "name": "x" })).expect(200);
    let unknown = nobody.get(&format!("/contact/{UNKNOWN}?{query}")).refused(404, "not_found");
    let deleted = nobody.delete(&format!("/contact/{contact}?{query}")).expect(200);
    let misspelt = nobody.get(&format!("/contact?{query}&limt=1")).refused(422, "validation_failed");

    for answer in [first, group, page, groups, unknown, deleted, misspelt] {
        let said = format!("{:?}{}", answer.headers, answer.text());
        assert!(!said.contains(&ada.client.access_token), "{answer}");
        assert!(!said.contains(&ada.client.session_id), "{answer}");
    }
}

#[rstest]
fn credentials_in_the_query_are_percent_decoded(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let encoded: String = ada.client.access_token.bytes().map(|byte| format!("%{byte:02x}")).collect();

    let path = format!("/contact?session_id={}&access_token={encoded}", ada.client.session_id);
    roster.nobody().get(&path).expect(200);
}
