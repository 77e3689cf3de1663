//! The HTTP API as its consumers meet it: a real server on a real socket, over each of the stores.
//!
//! What is expected here comes from the wire contract, never from the code. [`harness`] brings a server up and speaks
//! to it; every answer that passes through it is examined for what all answers must have and none may have.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails where it stands")]

mod harness;

mod account;
mod attempts;
mod audit;
mod batch;
mod batch_limits;
mod batch_lines;
mod batch_uploads;
mod callers;
mod clients;
mod compression;
mod conditional;
mod connections;
mod contact_groups;
mod contacts;
mod cors;
mod cursors;
mod deadlines;
mod documents;
mod errors;
mod export;
mod faults;
mod filters;
mod health;
mod import_callers;
mod import_ends;
mod import_faults;
mod import_files;
mod import_forms;
mod import_limits;
mod import_uploads;
mod lists;
mod methods;
mod order_of_checks;
mod ownership;
mod reading;
mod refresh;
mod revocation;
mod sample;
mod sessions;
mod streams;
mod strictness;
mod users;
