//! Addresses for what can't be told to take any free port.

use std::sync::atomic::{AtomicU8, Ordering};

/// One that no other test has, of this run or another: a port that was free a moment ago may be somebody's by now, but
/// this machine has 127.0.0.0/8 to itself.
pub fn own() -> String {
    static LAST: AtomicU8 = AtomicU8::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let [.., high, low] = std::process::id().to_be_bytes();
    format!("127.{number}.{high}.{low}:8080")
}
