//! "Who is calling", row by row.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Answer, Consumer, Person, Postgres, Roster, Sqlite, Store, UNKNOWN, id};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The words of RFC 6750, 3, for who sent no token and for who sent a bad one.
const NO_TOKEN: &str = "Bearer realm=\"roster\"";
const BAD_TOKEN: &str = "Bearer realm=\"roster\", error=\"invalid_token\"";

#[track_caller]
fn unauthenticated(answer: Answer, challenge: &str) {
    let answer = answer.refused(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), Some(challenge), "{answer}");
    assert_eq!(answer.header("x-access-token"), None, "{answer}");
}

/// The token with one character in its middle changed.
fn altered(token: &str) -> String {
    let at = token.len() / 2;
    let other = if &token[at..=at] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &token[..at], &token[at + 1..])
}

#[rstest]
fn a_bearer_token_is_the_user(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let mine = ada.contact(json!({ "number": "1" }));
    let sold_to = shop.alone().contact(json!({ "number": "2" }));
    let customers = sold_to["group_id"].as_str().unwrap();

    assert_eq!(mine["client_id"], ada.client.id, "creates use the default client");
    assert_eq!(ada.get("/contact").expect(200).data(), json!([mine]), "and so do lists");
    assert_eq!(ada.get("/contact?type=all").expect(200).data(), json!([sold_to, mine]));
    assert_eq!(ada.get(&format!("/contact?group_id={customers}")).expect(200).data(), json!([sold_to]));
    let by_group = ada.contact(json!({ "number": "3", "group_id": customers }));
    assert_eq!(by_group["client_id"], shop.id, "but a group chooses");
    assert_eq!(ada.get(&format!("/contact/{}", id(&sold_to))).expect(200).data(), sold_to, "single ids reach all");
    ada.put(&format!("/contact_groups/{customers}"), json!({ "title": "Customers" })).expect(200);
    ada.delete(&format!("/contact/{}", id(&sold_to))).expect(200);
    let scheme = ada.with("authorization", &format!("bearer {}", ada.access_token));
    scheme.get("/contact").expect(200);
}

#[rstest]
fn client_credentials_narrow_the_user(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let mine = ada.contact(json!({ "number": "1" }));
    let home = ada.default_group();
    let narrowed = ada.narrowed(&shop);

    let sold_to = narrowed.contact(json!({ "number": "2" }));

    assert_eq!(sold_to["client_id"], shop.id);
    assert_eq!(narrowed.group("x")["client_id"], shop.id);
    assert_eq!(narrowed.get("/contact").expect(200).data(), json!([sold_to]));
    assert_eq!(narrowed.get("/contact?type=all").expect(200).data(), json!([sold_to, mine]));
    assert_eq!(narrowed.get(&format!("/contact?group_id={home}")).expect(200).data(), json!([]));
    assert_eq!(narrowed.get("/contact_groups?type=all").ids().len(), 3);
    let (contact, group) = (format!("/contact/{}", id(&mine)), format!("/contact_groups/{home}"));
    for path in [&contact, &group] {
        narrowed.get(path).refused(404, "not_found");
        narrowed.put(path, json!({ "name": "x", "title": "x" })).refused(404, "not_found");
        narrowed.delete(path).refused(404, "not_found");
    }
    narrowed.get("/clients").expect(200);
    let in_body = ada.call("GET", "/contact").json(&shop.in_body()).send().expect(200);
    assert_eq!(in_body.data(), json!([sold_to]), "wherever the credentials stand");
    let in_query = ada.get(&format!("/contact?{}", shop.in_query())).expect(200);
    assert_eq!(in_query.data(), json!([sold_to]));
}

#[rstest]
fn credentials_that_dont_fit_the_user_are_a_mismatch(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let shop = ada.another_client("Shop");
    let wrong_token = ada.with("x-client-session", &shop.session_id).with("x-client-token", &ada.client.access_token);

    for mismatched in [
        ada.narrowed(&bob.client),
        wrong_token,
        ada.with("x-client-session", "unknown").with("x-client-token", "rct_unknown"),
        ada.with("x-client-session", &ada.client.session_id),
        ada.with("x-client-token", &ada.client.access_token),
    ] {
        mismatched.get("/contact").refused(403, "client_mismatch");
        mismatched.post("/contact", json!({ "number": "1" })).refused(403, "client_mismatch");
        mismatched.get("/contact?type=all").refused(403, "client_mismatch");
        mismatched.get("/clients").refused(403, "client_mismatch");
    }
    assert_eq!(ada.get("/contact?type=all").expect(200).data(), json!([]));
}

#[rstest]
fn client_credentials_alone_are_that_client_alone(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let mine = ada.contact(json!({ "number": "1" }));
    let alone = shop.alone();

    let sold_to = alone.contact(json!({ "number": "2" }));

    assert_eq!(sold_to["client_id"], shop.id);
    assert_eq!(alone.get("/contact").expect(200).data(), json!([sold_to]));
    assert_eq!(alone.get("/contact_groups").ids().len(), 1);
    alone.get(&format!("/contact/{}", id(&mine))).refused(404, "not_found");
    for whole in ["/contact?type=all", "/contact_groups?type=all", "/contact?type=all&limit=1", "/clients"] {
        alone.get(whole).refused(403, "client_scope");
    }
    alone.post("/clients", json!({ "name": "x" })).refused(403, "client_scope");
    let empty_bearer = alone.with("authorization", "Bearer").with("x-refresh", "");
    assert_eq!(empty_bearer.get("/contact").expect(200).data(), json!([sold_to]), "empty is absent");
    alone.with("authorization", "Bearer ").get("/contact").expect(200);
    alone.with("x-refresh", &ada.refresh_token).get("/clients").refused(403, "client_scope");
}

#[rstest]
fn anything_else_is_nobody(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let nobody = roster.nobody();
    let bearer = |token: &str| nobody.with("authorization", &format!("Bearer {token}"));

    for stranger in [
        nobody.clone(),
        nobody.with("authorization", "Bearer"),
        nobody.with("authorization", "Bearer "),
        nobody.with("x-refresh", &ada.refresh_token),
        nobody.with("x-client-session", &ada.client.session_id),
        nobody.with("x-client-token", &ada.client.access_token),
        nobody.with("x-client-session", &ada.client.session_id).with("x-client-token", "rct_wrong"),
        nobody.with("x-client-session", "unknown").with("x-client-token", &ada.client.access_token),
    ] {
        unauthenticated(stranger.get("/contact"), NO_TOKEN);
        unauthenticated(stranger.get("/clients"), NO_TOKEN);
    }
    let good = &ada.access_token;
    for stranger in [
        bearer("broken"),
        bearer(&altered(good)),
        bearer(&format!("{good}x")),
        bearer(&good[..good.len() - 1]),
        bearer(&ada.refresh_token),
        bearer(&ada.client.access_token),
        bearer("broken").with("x-refresh", ""),
        bearer("broken").with("x-refresh", "broken"),
        bearer("broken").with("x-refresh", &altered(&ada.refresh_token)),
        bearer("broken").with("x-refresh", good),
        bearer(&"x".repeat(5_000)),
    ] {
        unauthenticated(stranger.get("/contact"), BAD_TOKEN);
        let with_client =
            stranger.with("x-client-session", &ada.client.session_id).with("x-client-token", &ada.client.access_token);
        unauthenticated(with_client.get("/contact"), BAD_TOKEN);
    }
}

#[rstest]
fn public_routes_dont_look_at_tokens(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let broken = roster.nobody().with("authorization", "Bearer broken").with("x-client-session", "half");

    let ada = Person::sign_up(&broken, "ada@example.org");

    assert_eq!(ada.email, "ada@example.org");
    broken.get("/health/live").expect(200);
}

#[rstest]
fn an_access_token_lives_fifteen_minutes(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    roster.later_by_millis(14 * MINUTE);
    ada.get("/contact").expect(200);
    roster.later_by_millis(MINUTE + 1_000);
    unauthenticated(ada.get("/contact"), BAD_TOKEN);
    unauthenticated(ada.narrowed(&ada.client).get("/contact"), BAD_TOKEN);
    ada.client.alone().get("/contact").expect(200);
}

#[rstest]
fn lifetimes_are_configurable(#[values(Sqlite, Postgres)] store: Store) {
    let setup = Roster::setup(store).identity(|identity| {
        identity.access_ttl = std::time::Duration::from_secs(60);
        identity.session_ttl = std::time::Duration::from_secs(600);
    });
    let roster = setup.start();
    let ada = roster.sign_up("ada@example.org");
    let session = json!({ "email": ada.email, "password": ada.password });
    assert_eq!(roster.nobody().post("/sessions", session).expect(201).data()["expiresIn"], 60);

    roster.later_by_millis(MINUTE + 1_000);
    unauthenticated(ada.get("/contact"), BAD_TOKEN);
    ada.refreshing().get("/contact").expect(200);
    roster.later_by_millis(10 * MINUTE);
    unauthenticated(ada.refreshing().get("/contact"), BAD_TOKEN);
}

/// The fresh token that an answer carries, tried.
#[track_caller]
fn fresh(answer: &Answer, nobody: &Consumer) -> String {
    let token = answer.header("x-access-token").unwrap_or_else(|| panic!("no fresh token: {answer}"));
    nobody.with("authorization", &format!("Bearer {token}")).get("/clients").expect(200);
    token.to_owned()
}

#[rstest]
fn a_refresh_token_stands_in_for_an_expired_one(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let nobody = roster.nobody();
    roster.later_by_millis(16 * MINUTE);
    let expired = ada.refreshing();

    fresh(&expired.get("/contact").expect(200), &nobody);
    fresh(&expired.post("/contact", json!({ "number": "1" })).expect(201), &nobody);
    fresh(&expired.get("/contact?type=all&limit=1").expect(200), &nobody);
    fresh(&expired.get(&format!("/contact/{UNKNOWN}")).refused(404, "not_found"), &nobody);
    fresh(&expired.get("/contact/x").refused(400, "malformed_id"), &nobody);
    fresh(&expired.post("/contact", json!({})).refused(422, "validation_failed"), &nobody);
    fresh(&expired.call("POST", "/contact").body("{").send().refused(400, "malformed_body"), &nobody);
    let coded = expired.with("content-encoding", "gzip").post("/contact", json!({}));
    fresh(&coded.refused(415, "unsupported_media_type"), &nobody);
    let half = expired.with("x-client-session", &ada.client.session_id).get("/contact");
    fresh(&half.refused(403, "client_mismatch"), &nobody);
    let broken = expired.with("authorization", "Bearer no-token-of-ours");
    fresh(&broken.get("/contact").expect(200), &nobody);
    fresh(&expired.with("authorization", &format!("Bearer {}", altered(&ada.access_token))).get("/contact"), &nobody);
}

#[rstest]
fn a_stand_in_is_narrowed_too(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let sold_to = shop.alone().contact(json!({ "number": "2" }));
    roster.later_by_millis(16 * MINUTE);

    let narrowed = ada.narrowed(&shop).with("x-refresh", &ada.refresh_token);

    let answer = narrowed.get("/contact").expect(200);
    assert_eq!(answer.data(), json!([sold_to]));
    fresh(&answer, &roster.nobody());
}

/// Existing consumers resend the same pair for ever and never read `x-access-token`.
#[rstest]
fn the_refresh_token_never_rotates(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for _ in 0..6 {
        roster.later_by_millis(50 * DAY);
        for _ in 0..2 {
            let answer = ada.refreshing().get("/contact").expect(200);
            assert_ne!(fresh(&answer, &roster.nobody()), ada.access_token);
            assert_eq!(answer.header("x-refresh"), None);
        }
    }
}

#[rstest]
fn a_session_ends_a_year_after_its_last_use(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    roster.later_by_millis(364 * DAY);
    ada.refreshing().get("/contact").expect(200);
    roster.later_by_millis(366 * DAY);
    unauthenticated(ada.refreshing().get("/contact"), BAD_TOKEN);
}

#[rstest]
fn a_valid_token_needs_no_stand_in(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");

    for refresh in [&ada.refresh_token, &bob.refresh_token, "broken", ""] {
        let answer = ada.with("x-refresh", refresh).get("/clients").expect(200);
        assert_eq!(answer.header("x-access-token"), None);
        assert_eq!(answer.ids(), [ada.client.id.as_str()]);
    }
}

/// A Bearer of ours, even an expired one, must be of the session whose refresh token comes along.
#[rstest]
fn another_sessions_refresh_token_is_refused(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let at_home = ada.elsewhere();
    let bob = roster.sign_up("bob@example.org");
    roster.later_by_millis(16 * MINUTE);

    unauthenticated(ada.with("x-refresh", &at_home.refresh_token).get("/contact"), BAD_TOKEN);
    unauthenticated(ada.with("x-refresh", &bob.refresh_token).get("/contact"), BAD_TOKEN);
    ada.refreshing().get("/contact").expect(200);
    at_home.refreshing().get("/contact").expect(200);
    let no_token_of_ours = bob.with("authorization", "Bearer x").with("x-refresh", &ada.refresh_token);
    assert_eq!(no_token_of_ours.get("/clients").ids(), [ada.client.id.as_str()]);
}
