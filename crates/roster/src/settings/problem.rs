//! What is wrong with the settings, told so that it can be put right.

use std::fmt;

use super::keys::{Key, variable};
use super::sources::{COMMAND_LINE, DATABASE_URL, ENVIRONMENT};

/// A setting that can't be used. Says which, where it stood and what is wrong; never repeats a secret.
#[derive(Debug)]
pub struct BadSetting {
    text: String,
    on_command_line: bool,
}

impl BadSetting {
    /// A value that this key can't have.
    pub fn value(key: &Key, origin: Option<&str>, problem: &str) -> Self {
        Self::at(key.name, origin, problem)
    }

    /// A key that doesn't exist.
    pub fn unknown(name: &str, origin: &str) -> Self {
        let nearest = Key::nearest(name);
        let called = if origin == ENVIRONMENT { nearest.variable() } else { nearest.name.to_owned() };
        let problem = format!("there is no such setting; the nearest is {called} ({})", nearest.about);
        Self::at(name, Some(origin), &problem)
    }

    /// Something else about a whole source.
    pub fn source(origin: &str, problem: &str) -> Self {
        Self { text: format!("{origin}: {problem}"), on_command_line: false }
    }

    fn at(name: &str, origin: Option<&str>, problem: &str) -> Self {
        Self { text: format!("{}: {problem}", place(name, origin)), on_command_line: origin == Some(COMMAND_LINE) }
    }

    /// Whether it came from a flag, so that the command was used wrongly.
    pub const fn on_command_line(&self) -> bool {
        self.on_command_line
    }
}

/// A key, and where its value stood.
pub fn place(name: &str, origin: Option<&str>) -> String {
    match origin {
        Some(ENVIRONMENT) => format!("{} in {ENVIRONMENT}", variable(name)),
        Some(DATABASE_URL) => format!("{DATABASE_URL} in {ENVIRONMENT}"),
        Some(origin) => format!("{name} ({origin})"),
        None => format!("{name} (by default)"),
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for BadSetting {}
