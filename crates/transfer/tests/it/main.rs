//! What this crate reads and writes, from outside.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod bounds;
mod dumps;
mod hostile;
mod imports;
mod round_trips;
mod samples;
mod snapshots;
mod support;
