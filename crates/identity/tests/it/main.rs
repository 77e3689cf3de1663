//! Identity as its callers see it, over a store in memory.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod account;
mod attempts;
mod attempts_everywhere;
mod audit;
mod authentication;
mod clients;
mod forgery;
mod imported_passwords;
mod key_rotation;
mod refresh;
mod refresh_reuse;
mod sessions;
mod sign_in;
mod sign_up;
mod store;
mod tokens;
mod use_notes;
mod warm;
mod world;
