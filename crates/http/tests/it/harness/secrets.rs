//! Every line that any test makes the server, its stores and their libraries log, at debug level, is looked at as it is
//! written.

use std::io::{self, Write};
use std::sync::Once;

use roster_testkit::refuse_secrets;
use tracing_subscriber::filter::LevelFilter;

/// Every password of these tests is about this.
const PASSWORDS: [&str; 1] = [" bread"];

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
    });
}

struct Watcher;

impl Write for Watcher {
    /// A line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        refuse_secrets(&String::from_utf8_lossy(line), &PASSWORDS);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
