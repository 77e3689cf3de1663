//! The calls printed in the README, copied and pasted, answer what is printed below them.

use serde_json::Value;

use crate::place::{Place, Said};

const README: &str = include_str!("../../../../README.md");

/// Where the README's calls go; the test's server listens elsewhere.
const PRINTED_BASE: &str = "http://127.0.0.1:8080";

/// Commands, and the answer printed below them, if any.
struct Printed {
    commands: String,
    answer: Option<Value>,
}

/// What stands under "The calls".
fn printed() -> Vec<Printed> {
    let calls = README.split("\n## ").find(|section| section.starts_with("The calls")).expect("no calls in the README");
    let mut printed: Vec<Printed> = Vec::new();
    for block in calls.split("\n```").skip(1) {
        if let Some(commands) = block.strip_prefix("sh\n") {
            printed.push(Printed { commands: commands.to_owned(), answer: None });
        } else if let Some(answer) = block.strip_prefix("json\n") {
            let last = printed.last_mut().expect("an answer above all calls");
            last.answer = Some(serde_json::from_str(answer).expect("an answer that isn't JSON"));
        }
    }
    printed
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
    let printed = printed();
    assert!(printed.len() >= 10, "{} blocks", printed.len());

    // One shell for all of them, since later ones use what earlier ones set.
    let mut script = "set -eu\n".to_owned();
    for block in &printed {
        script.push_str(&block.commands.replace(PRINTED_BASE, running.base()));
        script.push_str("\nprintf '\\036'\n");
    }
    let said = Said::of(place.command("bash").args(["-c", &script]).output().unwrap());
    let answers: Vec<&str> = said.done().split_terminator('\u{1e}').collect();
    assert_eq!(answers.len(), printed.len(), "{}", said.stderr);

    for (block, answer) in printed.iter().zip(answers) {
        let Some(expected) = &block.answer else {
            assert_eq!(answer.trim(), "", "{}", block.commands);
            continue;
        };
        let answer: Value = serde_json::from_str(answer).unwrap_or_else(|_| panic!("{}\n{answer}", block.commands));
        assert_eq!(masked(&answer), masked(expected), "{}\n{answer:#}", block.commands);
    }
}
