//! The calls printed in the README, copied and pasted, answer what is printed below them.

use serde_json::Value;

use crate::place::Place;
use crate::printed;

const README: &str = include_str!("../../../../README.md");

/// Where the README's calls go; the test's server listens elsewhere.
const PRINTED_BASE: &str = "http://127.0.0.1:8080";

/// What stands under "The calls".
fn calls() -> &'static str {
    README.split("\n## ").find(|section| section.starts_with("The calls")).expect("no calls in the README")
}

/// An answer, if there is one.
fn answer(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| masked(&serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"))))
}

/// The answer with what differs from run to run (ids, times, secrets) put out of sight. Its shape stays.
fn masked(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), masked(value))).collect(),
        Value::String(text) => mask(text).unwrap_or(text).into(),
        other => other.clone(),
    }
}

fn mask(text: &str) -> Option<&'static str> {
    let all_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if text.len() == 24 && all_hex {
        Some("an id")
    } else if text.len() == 36 && all_hex {
        Some("a uuid")
    } else if text.len() == 24 && text.ends_with('Z') {
        Some("a time")
    } else if text.starts_with("rct_") {
        Some("a token")
    } else {
        None
    }
}

#[test]
fn the_printed_calls_give_the_printed_answers() {
    let place = Place::bare();
    let running = place.serve();
    printed::check(&calls().replace(PRINTED_BASE, running.base()), "json", &place, 10, answer);
}
