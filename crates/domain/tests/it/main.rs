//! What the domain derives, held against what others do.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod numbers;
