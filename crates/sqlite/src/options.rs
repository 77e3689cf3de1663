//! What can be set.

use std::time::Duration;

/// How a store works; [`Default`] is right for nearly everybody.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// So many writes may wait; one more is refused as overloaded. 512.
    pub write_queue: usize,
    /// So many gets may wait, and so many lists. 512.
    pub read_queue: usize,
    /// A read that takes longer is ended and answered as unavailable. 10 s.
    pub read_timeout: Duration,
    /// How long a write waits while another process (the command line, say) writes. 2 s.
    pub busy_timeout: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            write_queue: 512,
            read_queue: 512,
            read_timeout: Duration::from_secs(10),
            busy_timeout: Duration::from_secs(2),
        }
    }
}
