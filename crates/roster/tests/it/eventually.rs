//! What becomes so by itself, soon.

use std::thread::sleep;
use std::time::Duration;

/// Asks again and again, for ten seconds at most, until it is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("{what}: it never became so");
}
