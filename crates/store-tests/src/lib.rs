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
mod matching;
mod orphans;
mod owner;
mod reference;
mod shut_out;
mod stored_names;
mod together;
mod varied;
mod walk;

pub mod accounts;
pub mod addresses;
pub mod adoption;
pub mod attempts;
pub mod audit;
pub mod batch_matching;
pub mod batch_races;
pub mod batches;
pub mod bulk_deletion;
pub mod client_deletion;
pub mod clients;
pub mod concurrency;
pub mod contacts;
pub mod counts;
pub mod credentials;
pub mod deep_search;
pub mod default_clients;
pub mod defaults;
pub mod deletion_races;
pub mod dropped_calls;
pub mod erasure;
pub mod filtered_deletion;
pub mod filters;
pub mod finders;
pub mod full_views;
pub mod group_deletion;
pub mod groups;
pub mod health;
pub mod import_steps;
pub mod import_undo;
pub mod importing;
pub mod imports;
pub mod large_groups;
pub mod lists;
pub mod numbers;
pub mod operator;
pub mod orders;
pub mod ownership;
pub mod paging;
pub mod passwords;
pub mod preconditions;
pub mod recognition;
pub mod regions;
pub mod rotation;
pub mod search;
pub mod sessions;
pub mod snapshots;
pub mod sweeping;
pub mod updates;
pub mod users;

pub use bench::Bench;
pub use dump::Dump;
pub use owner::Owner;
