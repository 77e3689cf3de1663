//! The SQLite store: the behaviours of every store, and what is its own.

#![expect(clippy::unwrap_used, reason = "a surprise is a failed test")]

mod behaviour;
mod derivation;
mod erasure;
mod faults;
mod files;
mod idle_writes;
mod imports;
mod inspect;
mod migrations;
mod older_sessions;
mod place;
mod revocations;
mod shut_out;
mod snapshots;
mod stored_names;
