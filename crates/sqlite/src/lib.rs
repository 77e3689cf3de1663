//! The ports of `roster_domain` over SQLite: one file, no server.
//!
//! ```text
//!  port method ──► queue ──► writer thread: BEGIN IMMEDIATE, what waits together, COMMIT, answers
//!            │                 └──► a thread beside it folds the WAL into the file
//!            ├───► queue ──► two reader threads: gets and short lists, one statement each
//!            ├───► queue ──► two more: searches, counts, long lists
//!            └───► a connection each, on tokio's blocking threads: two snapshots at most
//! ```
//!
//! * [`SqliteStore`] owns the threads (`threads`); its methods hand them a function over a connection and wait for
//!   the answer, from whatever runtime they are called on. Who stops waiting drops a receiver, never a write.
//! * Each resource has its folder or file: the statements, constants side by side with the mapping of their rows; the
//!   acts made of them; and the port. A statement names the plan it must have, and a test holds it to that. Lists that
//!   are narrowed are built of parts (`contacts/walk.rs`), and name the index they walk.
//! * [`migrations`] keeps the schema, in the same bookkeeping table as the sqlx tool.

mod attempts;
mod audit;
mod backup;
mod batches;
mod clients;
mod columns;
mod connection;
mod contacts;
mod error;
mod file;
mod finders;
mod functions;
mod groups;
mod health;
mod housekeeping;
mod imports;
pub mod inspect;
pub mod migrations;
mod operator;
mod options;
mod query;
mod revocations;
mod sessions;
mod snapshots;
mod statements;
mod store;
mod threads;
mod users;

pub use backup::{BackupError, backup};
pub use error::OpenError;
pub use options::SqliteOptions;
pub use store::SqliteStore;
