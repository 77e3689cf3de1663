//! What every store must do, as plain async functions over the ports of `roster_domain`. An adapter's test binary says
//! how to make a [`Bench`] and takes them all:
//!
//! ```text
//! async fn bench() -> roster_store_tests::Bench { … }
//! roster_store_tests::behaviours!(bench);
//! ```
//!
//! To add a behaviour: a `pub async fn name(bench: Bench)` in the module it belongs to, and its name in the list in
//! `behaviours.rs`; a test here fails while one lacks the other. A bug found in one adapter becomes a function here.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "only tests use this crate: a surprise is a failed test")]

mod account;
mod behaviours;
mod bench;
mod dump;
mod orphans;
mod owner;
mod shut_out;
mod together;
mod walk;

pub mod accounts;
pub mod addresses;
pub mod attempts;
pub mod audit;
pub mod bulk_deletion;
pub mod client_deletion;
pub mod clients;
pub mod concurrency;
pub mod contacts;
pub mod credentials;
pub mod default_clients;
pub mod defaults;
pub mod dropped_calls;
pub mod erasure;
pub mod finders;
pub mod group_deletion;
pub mod groups;
pub mod health;
pub mod large_groups;
pub mod lists;
pub mod operator;
pub mod ownership;
pub mod paging;
pub mod passwords;
pub mod recognition;
pub mod rotation;
pub mod sessions;
pub mod sweeping;
pub mod updates;
pub mod users;

pub use bench::Bench;
pub use dump::Dump;
pub use owner::Owner;
