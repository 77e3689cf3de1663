//! One thing that was looked at.

use std::fmt::{self, Display};

/// How it is, and what to do about it. One line, however it is told.
pub struct Finding {
    level: Level,
    about: &'static str,
    found: String,
    remedy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Ok,
    Warn,
    Fail,
}

impl Finding {
    /// As it should be.
    pub fn ok(about: &'static str, found: impl Display) -> Self {
        Self { level: Level::Ok, about, found: found.to_string(), remedy: None }
    }

    /// It works, and may not for long, or not well.
    pub fn warn(about: &'static str, found: impl Display, remedy: impl Display) -> Self {
        Self { level: Level::Warn, about, found: found.to_string(), remedy: Some(remedy.to_string()) }
    }

    /// It doesn't work.
    pub fn fail(about: &'static str, found: impl Display, remedy: impl Display) -> Self {
        Self { level: Level::Fail, about, found: found.to_string(), remedy: Some(remedy.to_string()) }
    }

    /// Whether a server can't work so.
    pub fn is_failure(&self) -> bool {
        self.level == Level::Fail
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "FAIL",
        };
        let mut line = format!("{}: {}", self.about, self.found);
        if let Some(remedy) = &self.remedy {
            line += ". ";
            line += remedy;
        }
        let line: Vec<&str> = line.split_whitespace().collect();
        write!(f, "{level:<4}  {}", line.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line() {
        let found = Finding::fail("store", "two\nlines", "Do\n    this").to_string();
        assert_eq!(found, "FAIL  store: two lines. Do this");
        assert_eq!(Finding::ok("store", "there").to_string(), "ok    store: there");
    }
}
