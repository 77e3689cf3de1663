//! The adapter against real servers of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a surprise is a failed test")]

mod batch_plans;
mod batch_turns;
mod behaviour;
mod client_races;
mod connecting;
mod derivation;
mod erasure;
mod filters;
mod heard_plans;
mod import_plans;
mod imports;
mod inspect;
mod list_deletion;
mod migrations;
mod plans;
mod races;
mod revocations;
mod rounds;
mod schema;
mod shut_out;
mod snapshots;
mod stored;
mod stored_names;
mod traps;
