//! Sign-in under attack.

use std::thread;

use rstest::rstest;
use serde_json::json;

use crate::harness::{Answer, Consumer, Postgres, Roster, Sqlite, Store};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

fn sign_in(caller: &Consumer, email: &str, password: &str) -> Answer {
    caller.post("/sessions", json!({ "email": email, "password": password }))
}

#[track_caller]
fn limited(answer: Answer, retry_after: &str) {
    let answer = answer.refused(429, "rate_limited");
    assert_eq!(answer.header("retry-after"), Some(retry_after), "{answer}");
}

/// A server behind a proxy whose word counts; the test is that proxy.
fn behind_proxy(store: Store) -> Roster {
    Roster::setup(store).http(|http| http.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).start()
}

fn from(roster: &Roster, address: &str) -> Consumer {
    roster.nobody().with("x-forwarded-for", address)
}

/// Ten in a quarter of an hour, then ever longer pauses; for known and unknown addresses alike.
#[rstest]
fn guessing_gets_slow(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let nobody = roster.nobody();

    for email in ["ada@example.org", "eva@example.org"] {
        for _ in 0..10 {
            sign_in(&nobody, email, "white bread").refused(401, "bad_credentials");
        }
        limited(sign_in(&nobody, email, &ada.password), "1");
        roster.later_by_millis(2 * MINUTE);
        sign_in(&nobody, email, "white bread").refused(401, "bad_credentials");
        limited(sign_in(&nobody, email, &ada.password), "2");
        roster.later_by_millis(SECOND / 2);
        limited(sign_in(&nobody, email, &ada.password), "2");
        roster.later_by_millis(SECOND / 2);
        limited(sign_in(&nobody, email, &ada.password), "1");
        roster.later_by_millis(SECOND);
        sign_in(&nobody, email, "white bread").refused(401, "bad_credentials");
        limited(sign_in(&nobody, email, &ada.password), "4");
    }
    // What is valid already goes on, and the pause passes.
    ada.get("/contact").expect(200);
    ada.client.alone().get("/contact").expect(200);
    roster.later_by_millis(4 * SECOND);
    sign_in(&nobody, "ada@example.org", &ada.password).expect(201);
    roster.later_by_millis(60 * MINUTE);
    for _ in 0..10 {
        sign_in(&nobody, "ada@example.org", "white bread").refused(401, "bad_credentials");
    }
    limited(sign_in(&nobody, "ada@example.org", &ada.password), "1");
}

#[rstest]
fn a_burst_counts_in_full(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.sign_up("ada@example.org");

    let guesses: Vec<_> = (0..25)
        .map(|n| {
            let nobody = roster.nobody();
            thread::spawn(move || sign_in(&nobody, "ada@example.org", &format!("loaf {n} of bread")).status)
        })
        .collect();
    let mut answered: Vec<u16> = guesses.into_iter().map(|guess| guess.join().unwrap()).collect();

    answered.sort_unstable();
    assert_eq!(answered, [vec![401; 10], vec![429; 15]].concat());
}

#[rstest]
fn an_address_tries_thirty_a_minute(#[values(Sqlite, Postgres)] store: Store) {
    let roster = behind_proxy(store);
    let ada = roster.sign_up("ada@example.org");
    let (attacker, neighbour) = (from(&roster, "198.51.100.7"), from(&roster, "198.51.100.8"));

    for n in 0..30 {
        sign_in(&attacker, &format!("eva{n}@example.org"), "white bread").refused(401, "bad_credentials");
    }
    limited(sign_in(&attacker, "ada@example.org", &ada.password), "1");
    sign_in(&neighbour, "ada@example.org", &ada.password).expect(201);
}

#[rstest]
fn an_ipv6_network_is_one_address(#[values(Sqlite)] store: Store) {
    let roster = behind_proxy(store);
    let ada = roster.sign_up("ada@example.org");

    for n in 0..10 {
        let caller = from(&roster, &format!("2001:db8:0:1::{n}"));
        sign_in(&caller, "ada@example.org", "white bread").refused(401, "bad_credentials");
    }
    limited(sign_in(&from(&roster, "2001:db8:0:1:ffff::1"), "ada@example.org", &ada.password), "1");
    sign_in(&from(&roster, "2001:db8:0:2::1"), "ada@example.org", &ada.password).expect(201);
}

/// The whole world guesses: a stranger is held up, the owner isn't.
#[rstest]
fn nobody_locks_the_owner_out(#[values(Sqlite, Postgres)] store: Store) {
    let roster = behind_proxy(store);
    let ada = roster.sign_up("ada@example.org");
    let home = from(&roster, "203.0.113.1");
    sign_in(&home, "ada@example.org", &ada.password).expect(201);
    roster.later_by_millis(29 * 24 * 60 * MINUTE);

    for network in 0..20 {
        for _ in 0..10 {
            let attacker = from(&roster, &format!("198.51.100.{network}"));
            sign_in(&attacker, "ada@example.org", "white bread").refused(401, "bad_credentials");
        }
    }

    limited(sign_in(&from(&roster, "192.0.2.1"), "ada@example.org", &ada.password), "1");
    sign_in(&home, "ada@example.org", &ada.password).expect(201);
}

/// Whoever isn't a listed proxy says what they like.
#[rstest]
fn forged_addresses_count_for_nothing(#[values(Sqlite)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for n in 0..10 {
        let forged = from(&roster, &format!("198.51.100.{n}"));
        sign_in(&forged, "ada@example.org", "white bread").refused(401, "bad_credentials");
    }
    limited(sign_in(&from(&roster, "198.51.100.99"), "ada@example.org", &ada.password), "1");
}

/// Every route that asks for a password.
#[rstest]
fn a_stolen_session_guesses_no_faster(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for n in 0..5 {
        let body = json!({ "password": "pumpernickel bread", "currentPassword": format!("loaf {n} of bread") });
        ada.put("/users/me", body).invalid(&[("currentPassword", "mismatch")]);
        let body = json!({ "password": format!("loaf {n} of bread") });
        ada.call("DELETE", "/users/me").json(&body).send().invalid(&[("password", "mismatch")]);
    }
    limited(ada.call("DELETE", "/users/me").json(&json!({ "password": ada.password })).send(), "1");
    limited(ada.put("/users/me", json!({ "email": "eva@example.org", "currentPassword": ada.password })), "1");
    limited(sign_in(&roster.nobody(), "ada@example.org", &ada.password), "1");
    ada.put("/users/me", json!({ "firstname": "Ada" })).expect(200);
}

#[rstest]
fn success_is_not_counted(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for _ in 0..35 {
        sign_in(&roster.nobody(), "ada@example.org", &ada.password).expect(201);
    }
}

#[rstest]
fn an_address_makes_twenty_accounts_an_hour(#[values(Sqlite, Postgres)] store: Store) {
    let roster = behind_proxy(store);
    let sign_up = |caller: &Consumer, n: usize| {
        caller.post("/users", json!({ "email": format!("ada{n}@example.org"), "password": "rye bread and butter" }))
    };
    let here = from(&roster, "198.51.100.7");

    for n in 0..20 {
        sign_up(&here, n).expect(201);
    }
    limited(sign_up(&here, 20), "1");
    sign_up(&from(&roster, "198.51.100.8"), 20).expect(201);
    // What can't be accepted anyway isn't counted, and is told first.
    here.post("/users", json!({})).invalid(&[("email", "required"), ("password", "required")]);
}
