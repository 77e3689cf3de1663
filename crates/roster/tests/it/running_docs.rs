//! The commands printed in docs/running.md, copied and pasted, say what is printed below them.

use crate::address;
use crate::place::{Kind, Place};
use crate::printed;

const GUIDE: &str = include_str!("../../../../docs/running.md");

/// What stands under a heading.
fn section(heading: &str) -> &'static str {
    let section = GUIDE.split("\n## ").find(|section| section.starts_with(heading));
    section.unwrap_or_else(|| panic!("there is no section {heading:?}"))
}

/// Numbers are those of the day they were printed on.
fn without_numbers(text: &str) -> String {
    let mut seen = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' if seen.ends_with('#') => {}
            '0'..='9' => seen.push('#'),
            other => seen.push(other),
        }
    }
    seen
}

/// Runs the commands under a heading; there must be so many blocks of them at least.
#[track_caller]
fn check(heading: &str, place: Place, least: usize) {
    // Nothing in them says where to serve.
    let place = place.with("ROSTER_SERVER__LISTEN", &address::own());
    printed::check(section(heading), "text", &place, least, without_numbers);
}

#[test]
fn on_sqlite() {
    check("Start on SQLite", Place::bare(), 4);
}

#[test]
fn on_postgres() {
    check("Start on PostgreSQL", Place::unmigrated(Kind::Postgres), 3);
}

#[test]
fn every_setting_it_names_exists() {
    let example = include_str!("../../../../.env.example");
    let names: Vec<&str> = GUIDE.split('`').skip(1).step_by(2).filter(|name| is_setting(name)).collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let variable = format!("#ROSTER_{}=", name.replace('.', "__").to_uppercase());
        assert!(example.contains(&variable), "there is no setting {name}");
    }
}

fn is_setting(name: &str) -> bool {
    let sections = ["server.", "store.", "auth.", "limits.", "retention.", "log."];
    sections.iter().any(|section| name.starts_with(section))
        && name.bytes().all(|b| b.is_ascii_lowercase() || b"._".contains(&b))
}
