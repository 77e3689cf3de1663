//! What `packaging/` holds does what it says, as far as that can be seen without installing it.

mod compose;
mod image;
mod nginx;
mod systemd;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file there.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap()
}

/// Whether this machine has a program. (The one that runs all tests has all of them.)
fn has(program: &str) -> bool {
    Command::new("sh").args(["-c", &format!("command -v {program} >/dev/null")]).status().unwrap().success()
}

/// Whether there is a setting that this variable sets.
fn is_setting(variable: &str) -> bool {
    variable == "DATABASE_URL" || include_str!("../../../../../.env.example").contains(&format!("\n#{variable}="))
}

/// The names of variables of ours in a text.
fn variables(text: &str) -> Vec<&str> {
    let is_of_name = |character: char| character.is_ascii_uppercase() || character == '_';
    text.split(|character| !is_of_name(character))
        .filter(|word| word.starts_with("ROSTER_") || *word == "DATABASE_URL")
        .collect()
}
