use std::time::Duration;

use roster_domain::ports::StagingLimits;

use crate::forwarding::ProxyNet;

/// How the server serves. The defaults are those of the operator's handbook.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Threads that serve connections; at least 1.
    pub workers: usize,
    /// The most bytes a request's body may have.
    pub body_limit: usize,
    /// The most bytes that a batch may have, unless it comes as lines: these have no end, and each of them is held to
    /// [`HttpSettings::body_limit`].
    pub batch_limit: usize,
    /// The most batches at once.
    pub batches: usize,
    /// The most batches of one user at once.
    pub batches_per_user: usize,
    /// The most requests worked on at once: from when a request is read until the head of its answer is out.
    pub in_flight: usize,
    /// The most streamed lists at once.
    pub streams: usize,
    /// The most streamed lists of one user at once.
    pub streams_per_user: usize,
    /// The most bytes of answers that are written to their end before they are sent, in temporary files. Those of one user
    /// have half of it.
    pub spool: u64,
    /// How long a graceful stop waits for what is in flight.
    pub shutdown: Duration,
    /// The origins whose pages may read answers; `*` is any, none switches CORS off.
    pub cors_origins: Vec<String>,
    /// The proxies whose word on where a call came from is taken (`X-Forwarded-For`).
    pub trusted_proxies: Vec<ProxyNet>,
    /// How long things may take.
    pub deadlines: Deadlines,
    /// What holds for imports.
    pub imports: ImportSettings,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            body_limit: 64 * 1024,
            batch_limit: 16 * 1024 * 1024,
            batches: 16,
            batches_per_user: 4,
            in_flight: 256,
            streams: 256,
            streams_per_user: 16,
            spool: 4 << 30,
            shutdown: Duration::from_secs(20),
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            deadlines: Deadlines::default(),
            imports: ImportSettings::default(),
        }
    }
}

/// What holds for imports.
#[derive(Clone, Copy, Debug)]
pub struct ImportSettings {
    /// The most bytes that a file may have as it is sent, with what is around it.
    pub most_bytes: u64,
    /// The most files on their way at once.
    pub uploads: usize,
    /// The most files of one user on their way at once.
    pub uploads_per_user: usize,
    /// How much may wait in the store.
    pub staging: StagingLimits,
    /// So long after its end an import that was cancelled is forgotten.
    pub kept: Duration,
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self {
            most_bytes: 1024 * 1024 * 1024,
            uploads: 16,
            uploads_per_user: 4,
            staging: StagingLimits { waiting: 10, staged_bytes: 4 << 30, staged_bytes_of_user: 2 << 30 },
            kept: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

/// How long things may take, from when the request is read; then the answer is 503 (408 for the request itself).
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// One thing: existing consumers give up at 4 s and try again.
    pub one: Duration,
    /// A list, to its first byte.
    pub list: Duration,
    /// What has to be searched for: a list with filters, to its first byte, and a count.
    pub search: Duration,
    /// An act over many rows; it goes on in the store when the caller leaves.
    pub bulk: Duration,
    /// Writing an export to its end, from when the store begins to read it.
    pub export: Duration,
    /// Reading a request's body; that of a batch has as long as [`Deadlines::bulk`], and a file any time, but no pause
    /// so long.
    pub body: Duration,
    /// Whoever sends a file must send 16 KiB a second, taken over so long.
    pub pace: Duration,
    /// A reader that takes no byte for so long is cut, and so is whoever sends lines and none for so long.
    pub reader: Duration,
    /// Reading a request's head.
    pub head: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            one: Duration::from_millis(2_500),
            list: Duration::from_millis(3_500),
            search: Duration::from_secs(10),
            bulk: Duration::from_secs(60),
            export: Duration::from_secs(10 * 60),
            body: Duration::from_secs(10),
            pace: Duration::from_secs(30),
            reader: Duration::from_secs(30),
            head: Duration::from_secs(10),
        }
    }
}
