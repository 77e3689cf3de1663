//! A Roster to test, and the words to speak to it.

mod answer;
mod batches;
mod consumer;
mod described;
mod faulty;
mod form;
mod import_jobs;
mod imports;
mod people;
mod roster;
mod secrets;
mod socket;
mod store;

pub use answer::Answer;
pub use batches::{How, WatchedBatches};
pub use consumer::Consumer;
pub use faulty::{Fault, Faulty, Gate, UnwellStore};
pub use form::Form;
pub use import_jobs::{Lossy, LossyImports};
pub use people::{Client, Person};
pub use roster::{KEY, Roster};
pub use socket::Socket;
pub use store::Store::{self, Postgres, Sqlite};

use serde_json::Value;

/// The `_id` of a contact, group, client or user as it was answered.
#[track_caller]
pub fn id(thing: &Value) -> &str {
    thing["_id"].as_str().unwrap_or_else(|| panic!("no _id in {thing}"))
}

/// Two ids that name nothing: one that could, one that can't.
pub const UNKNOWN: &str = "0123456789abcdef01234567";
/// See [`UNKNOWN`].
pub const MALFORMED: &str = "61b18f5e96140e23145547e";

/// The names of an object's members, sorted.
#[track_caller]
pub fn members(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
