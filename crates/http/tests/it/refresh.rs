//! `POST /sessions/refresh`.

use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Answer, Consumer, KEY, Postgres, Roster, Sqlite, Store, members};

const SECOND: i64 = 1_000;

fn refresh(nobody: &Consumer, token: &str) -> Answer {
    nobody.post("/sessions/refresh", json!({ "refreshToken": token }))
}

#[track_caller]
fn text(session: &Value, name: &str) -> String {
    session[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned()
}

fn bearer(nobody: &Consumer, session: &Value) -> Consumer {
    nobody.with("authorization", &format!("Bearer {}", text(session, "accessToken")))
}

#[rstest]
fn both_tokens_are_new(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let nobody = roster.nobody();
    roster.later_by_millis(20 * 60 * SECOND);
    ada.get("/contact").refused(401, "unauthenticated");

    let session = refresh(&nobody, &ada.refresh_token).expect(200).data();

    assert_eq!(members(&session), ["_id", "accessToken", "expiresIn", "refreshToken"]);
    assert_ne!(session["refreshToken"], ada.refresh_token.as_str());
    bearer(&nobody, &session).get("/contact").expect(200);
    let next = refresh(&nobody, &text(&session, "refreshToken")).expect(200).data();
    assert_eq!(next["_id"], session["_id"]);
    assert_ne!(next["refreshToken"], session["refreshToken"]);
    refresh(&nobody, &ada.access_token).refused(401, "unauthenticated");
    refresh(&nobody, "").refused(401, "unauthenticated");
    nobody.post("/sessions/refresh", json!({})).invalid(&[("refreshToken", "required")]);
    nobody.post("/sessions/refresh", json!({ "refreshToken": null })).invalid(&[("refreshToken", "null")]);
}

#[rstest]
fn twenty_at_once_get_one_and_the_same(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (nobody, token) = (roster.nobody(), ada.refresh_token.clone());
            thread::spawn(move || refresh(&nobody, &token).expect(200).data())
        })
        .collect();
    let sessions: Vec<Value> = calls.into_iter().map(|call| call.join().unwrap()).collect();

    for session in &sessions {
        assert_eq!(session["refreshToken"], sessions[0]["refreshToken"]);
        bearer(&roster.nobody(), session).get("/contact").expect(200);
    }
    refresh(&roster.nobody(), &text(&sessions[0], "refreshToken")).expect(200);
}

#[rstest]
fn a_lost_answer_is_answered_again(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let nobody = roster.nobody();
    let first = refresh(&nobody, &ada.refresh_token).expect(200).data();

    // While nothing of the new pair has been used, for however long.
    for _ in 0..3 {
        roster.later_by_millis(3_600 * SECOND);
        let again = refresh(&nobody, &ada.refresh_token).expect(200).data();
        assert_eq!(again["refreshToken"], first["refreshToken"]);
    }
    // Once it has been, for thirty seconds after the rotation.
    let next = refresh(&nobody, &text(&first, "refreshToken")).expect(200).data();
    bearer(&nobody, &next).get("/contact").expect(200);
    roster.later_by_millis(30 * SECOND - 1);
    let again = refresh(&nobody, &text(&first, "refreshToken")).expect(200).data();
    assert_eq!(again["refreshToken"], next["refreshToken"]);
    roster.later_by_millis(1);
    refresh(&nobody, &text(&first, "refreshToken")).refused(401, "unauthenticated");
}

#[rstest]
fn an_older_one_ends_the_session(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let (nobody, elsewhere) = (roster.nobody(), ada.elsewhere());
    let first = refresh(&nobody, &ada.refresh_token).expect(200).data();
    let second = refresh(&nobody, &text(&first, "refreshToken")).expect(200).data();
    bearer(&nobody, &second).get("/contact").expect(200);

    refresh(&nobody, &ada.refresh_token).refused(401, "unauthenticated");

    bearer(&nobody, &second).get("/contact").refused(401, "unauthenticated");
    refresh(&nobody, &text(&second, "refreshToken")).refused(401, "unauthenticated");
    elsewhere.get("/contact").expect(200);
    let trail = elsewhere.get("/users/me/audit").expect(200).data();
    assert_eq!(trail[0]["event"], "refresh_token_reused");
    assert_eq!(trail[0]["subject"], second["_id"]);
}

/// Who knows a session's id can't end it.
#[rstest]
fn an_invented_one_ends_nothing(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let other = ada.elsewhere();
    let nobody = roster.nobody();

    let halves = |token: &str| (token[..60].to_owned(), token[60..].to_owned());
    let (mine, theirs) = (halves(&ada.refresh_token), halves(&other.refresh_token));
    for invented in [mine.0.clone() + &theirs.1, theirs.0 + &mine.1, mine.0 + &"A".repeat(51)] {
        refresh(&nobody, &invented).refused(401, "unauthenticated");
    }

    ada.get("/contact").expect(200);
    refresh(&nobody, &ada.refresh_token).expect(200);
}

/// Existing consumers send an expired pair for ever, and never look at the answer's header.
#[rstest]
fn x_refresh_rotates_nothing(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let refreshing = ada.refreshing();

    for _ in 0..30 {
        roster.later_by_millis(24 * 3_600 * SECOND);
        let fresh = refreshing.get("/contact").expect(200);
        let token = fresh.header("x-access-token").unwrap().to_owned();
        roster.nobody().with("authorization", &format!("Bearer {token}")).get("/contact").expect(200);
    }
    refresh(&roster.nobody(), &ada.refresh_token).expect(200);
}

/// A session lives for a year from its last use.
#[rstest]
fn use_prolongs_a_session(#[values(Sqlite, Postgres)] store: Store) {
    const DAY: i64 = 24 * 3_600 * SECOND;
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for _ in 0..3 {
        roster.later_by_millis(364 * DAY);
        ada.refreshing().get("/contact").expect(200);
    }
    roster.later_by_millis(365 * DAY);
    ada.refreshing().get("/contact").refused(401, "unauthenticated");
    refresh(&roster.nobody(), &ada.refresh_token).refused(401, "unauthenticated");
}

/// A new key before the old one, and later without it.
#[rstest]
fn replacing_the_key_logs_nobody_out(#[values(Sqlite, Postgres)] store: Store) {
    const NEW: u64 = 77;
    let before = Roster::start(store);
    let ada = before.sign_up("ada@example.org");
    let calls = |roster: &Roster| roster.nobody().with("authorization", &format!("Bearer {}", ada.access_token));

    let both = before.another_server_with_keys(&[NEW, KEY]);
    calls(&both).get("/contact").expect(200);
    let after = before.another_server_with_keys(&[NEW]);
    calls(&after).get("/contact").refused(401, "unauthenticated");
    let fresh = calls(&after).with("x-refresh", &ada.refresh_token).get("/contact").expect(200);
    let token = fresh.header("x-access-token").unwrap().to_owned();
    after.nobody().with("authorization", &format!("Bearer {token}")).get("/contact").expect(200);
    let session = refresh(&after.nobody(), &ada.refresh_token).expect(200).data();
    bearer(&after.nobody(), &session).get("/contact").expect(200);
    bearer(&before.nobody(), &session).get("/contact").refused(401, "unauthenticated");
}
