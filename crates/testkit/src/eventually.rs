//! What becomes so by itself, soon.

use std::thread::sleep;
use std::time::Duration;

/// Asks again and again, for twenty seconds at most, until there is something. For what another process or a server's own
/// task does, which tells nobody when it has: a test can only look, and sleeps between two looks.
///
/// # Panics
/// When there is nothing to the last.
#[track_caller]
pub fn eventually<T>(what: &str, mut asked: impl FnMut() -> Option<T>) -> T {
    for _ in 0..2_000 {
        if let Some(found) = asked() {
            return found;
        }
        sleep(Duration::from_millis(10));
    }
    panic!("{what}: it never became so");
}
