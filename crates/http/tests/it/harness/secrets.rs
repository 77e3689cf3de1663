//! No secret is ever logged: every line that any test makes the server, its stores and their libraries log, at debug
//! level, is looked at as it is written.

use std::io::{self, Write};
use std::process::abort;
use std::sync::Once;

use tracing_subscriber::filter::LevelFilter;

/// How our tokens begin; none is shorter than this behind that.
const TOKENS: [&str; 3] = ["rat_", "rrt_", "rct_"];
const TOKEN: usize = 40;

/// Every password of these tests is about this.
const PASSWORDS: &str = " bread";

/// Looks at the log from here on.
pub fn watch_the_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::DEBUG)
            .with_ansi(false)
            .with_writer(|| Watcher)
            .try_init()
            .expect("nothing else logs");
        assert!(holds_secret(&format!("x=rat_{}", "a".repeat(90))) && !holds_secret("GET /contact"));
    });
}

struct Watcher;

impl Write for Watcher {
    /// A line at a time. No test may pass after a secret was logged, whichever thread did it, so the process ends.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        if holds_secret(&text) {
            eprintln!("a secret was logged: {text}");
            abort();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn holds_secret(text: &str) -> bool {
    let is_token = |rest: &str| {
        let letters = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        letters.count() >= TOKEN
    };
    let holds_token =
        TOKENS.iter().any(|prefix| text.match_indices(prefix).any(|(at, found)| is_token(&text[at + found.len()..])));
    holds_token || text.contains(PASSWORDS)
}
