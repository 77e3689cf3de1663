//! Identity as its callers see it, over a store in memory.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod accounts;
mod authentication;
mod clients;
mod key_rotation;
mod sign_in;
mod store;
mod world;
