//! What the commands say to the person who called them.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line to standard output. Where nobody reads it any more (a closed pipe), that is no failure.
pub fn say(line: impl Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
