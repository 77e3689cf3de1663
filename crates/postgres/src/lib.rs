//! The ports over PostgreSQL: each act is one statement, or one transaction, on a pool; and the most frequent ones share
//! their statements with what else waits.
//!
//! * An act runs in a task of the runtime that connected ([`PostgresStore::connect`]), so it is finished whether or not
//!   its caller still waits, and sockets belong to one runtime. See `act.rs`.
//! * Acts on single contacts, and short plain pages, go in rounds, on connections of the runtime they are called on: see
//!   `rounds`.
//! * Statements are checked at compile time against `.sqlx`; `scripts/sqlx-prepare` renews it.
//! * Which failure means what is decided in `error.rs` alone.
//!
//! Locks are taken in one order everywhere: the user's row, then the client's, then its group's, then contacts, then the
//! import's that they go in with. See `users/hold.rs` and `groups/locks.rs`.

mod act;
mod attempts;
mod audit;
mod batches;
mod clients;
mod columns;
mod connect;
mod contacts;
mod error;
mod finders;
mod groups;
mod health;
mod housekeeping;
mod imports;
pub mod inspect;
mod keys;
mod losses;
pub mod migrations;
mod operator;
mod options;
mod revocations;
mod rounds;
mod rows;
mod sessions;
mod snapshots;
mod steps;
mod transaction;
mod turns;
mod users;

use std::sync::Arc;
use std::time::Duration;

use losses::Losses;
use revocations::Hearing;
use rounds::Rounds;
use sqlx::PgPool;
use tokio::runtime::Handle;
use turns::Turns;

pub use connect::ConnectError;
pub use options::PostgresOptions;

/// The schema, step by step: `migrations/postgres`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/postgres");

/// Every port, over one pool of connections, and up to four more for each runtime that calls (two read, two search); two
/// for every two processors write, and one more hears of revocations, once somebody listens.
pub struct PostgresStore {
    pool: PgPool,
    runtime: Handle,
    /// Beside the pool, for the most frequent acts.
    rounds: Rounds,
    /// Of the pool's connections.
    batch_turns: Turns,
    snapshot_turns: Turns,
    /// How long one statement of an act over many rows may take.
    bulk_timeout: Duration,
    /// When an act on single things is given up on our side: a paused server can't keep its own time.
    patience: Duration,
    /// Of connections.
    losses: Arc<Losses>,
    /// Of what other servers ended.
    hearing: Hearing,
}

impl PostgresStore {
    /// Takes nothing more, and ends when every connection is closed: a transaction that runs is finished first, an act
    /// in steps ends with the step it is at. Revocations aren't heard any more.
    pub async fn close(&self) {
        self.hearing.close().await;
        self.rounds.close().await;
        self.pool.close().await;
    }
}
