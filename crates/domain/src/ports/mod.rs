//! What a store must do: the ports that `crates/postgres` and `crates/sqlite` implement.
//!
//! * **A method is one atomic act**, in the domain's words. The store decides whether that takes one statement or a
//!   transaction; no transaction crosses a port. Acts over many rows say so, and say what holds half-way.
//! * **An act once begun is finished** whether or not its caller still waits: dropping the future never undoes, halves
//!   or repeats a write, and never leaves a connection in the middle of something.
//! * **An answered write is on disk** and seen by every read that begins after the answer.
//! * [`Scope`](crate::Scope) or [`Account`](crate::Account) is an argument of everything below a user; absent and
//!   foreign are the same outcome. Without one are only [`Finders`], what is done with the [`Session`](crate::Session)
//!   that they found, [`AttemptLedger`], [`Housekeeping`], [`ImportRuns`] and [`Operator`].
//! * An act that ends something for callers ([`SessionRepository::end`], a new password, a deleted client, …) tells the
//!   other servers in the same transaction: see [`Revocations`].
//! * Times are arguments, at whole milliseconds: a store never asks its own clock.
//!
//! To add a method: say here what it does and promises; add its behaviour to `crates/store-tests` and to the list
//! there; then both adapters; then a route.

mod attempts;
mod audit;
mod batches;
mod clients;
mod contacts;
mod error;
mod finders;
mod groups;
mod health;
mod housekeeping;
mod import_runs;
mod imports;
mod operator;
mod revocations;
mod sessions;
mod snapshots;
mod users;

use std::sync::Arc;

pub use attempts::AttemptLedger;
pub use audit::AuditRepository;
pub use batches::{BATCH_BEGINS_WITHIN, ContactBatches};
pub use clients::{ClientDeletion, ClientRepository, ClientUpdate};
pub use contacts::{ContactCreation, ContactDeletion, ContactRepository, ContactUpdate, MatchingDeletion};
pub use error::{Result, StoreError};
pub use finders::Finders;
pub use groups::{GroupDeletion, GroupRepository, GroupUpdate};
pub use health::StoreHealth;
pub use housekeeping::{Due, Housekeeping};
pub use import_runs::{ImportRuns, Worked};
pub use imports::{Beginning, Begun, EndTimes, ImportJobs, Receiving, StagedPiece, Staging, StagingLimits, Turned};
pub use operator::{AccountAdoption, ClientAdoption, GroupAdoption, Operator};
pub use revocations::{Listeners, Revocation, Revocations};
pub use sessions::SessionRepository;
pub use snapshots::{ContactSnapshot, ContactSnapshots, SnapshotRow};
pub use users::{UserErasure, UserRepository, UserUpdate};

/// Acts over more rows than this go in steps.
pub const MANY_ROWS: usize = 5_000;

/// So many rows are touched by one step, each a short transaction of its own.
pub const STEP_ROWS: usize = 2_000;

/// So many contacts are undone by one step: each is looked up, held and written.
pub const UNDO_ROWS: usize = 1_000;

/// One store behind all its ports.
#[derive(Clone)]
pub struct Store {
    /// Contacts.
    pub contacts: Arc<dyn ContactRepository>,
    /// Many operations on contacts at once.
    pub batches: Arc<dyn ContactBatches>,
    /// Contacts as all of them were at one instant.
    pub snapshots: Arc<dyn ContactSnapshots>,
    /// Imports, for those whose they are.
    pub imports: Arc<dyn ImportJobs>,
    /// Imports, for those who work on them.
    pub import_runs: Arc<dyn ImportRuns>,
    /// Contact groups.
    pub groups: Arc<dyn GroupRepository>,
    /// Clients.
    pub clients: Arc<dyn ClientRepository>,
    /// Users.
    pub users: Arc<dyn UserRepository>,
    /// Sessions.
    pub sessions: Arc<dyn SessionRepository>,
    /// From what a caller shows to who that is.
    pub finders: Arc<dyn Finders>,
    /// Counters of attempts at passwords.
    pub attempts: Arc<dyn AttemptLedger>,
    /// The audit trail.
    pub audit: Arc<dyn AuditRepository>,
    /// What other servers ended.
    pub revocations: Arc<dyn Revocations>,
    /// What goes by itself.
    pub housekeeping: Arc<dyn Housekeeping>,
    /// For the command line.
    pub operator: Arc<dyn Operator>,
    /// Whether the store answers.
    pub health: Arc<dyn StoreHealth>,
}

impl Store {
    /// The store of an adapter that implements every port on one type.
    pub fn of<S>(adapter: Arc<S>) -> Self
    where
        S: ContactRepository
            + ContactBatches
            + ContactSnapshots
            + ImportJobs
            + ImportRuns
            + GroupRepository
            + ClientRepository
            + UserRepository
            + SessionRepository
            + Finders
            + AttemptLedger
            + AuditRepository
            + Revocations
            + Housekeeping
            + Operator
            + StoreHealth
            + 'static,
    {
        Self {
            contacts: adapter.clone(),
            batches: adapter.clone(),
            snapshots: adapter.clone(),
            imports: adapter.clone(),
            import_runs: adapter.clone(),
            groups: adapter.clone(),
            clients: adapter.clone(),
            users: adapter.clone(),
            sessions: adapter.clone(),
            finders: adapter.clone(),
            attempts: adapter.clone(),
            audit: adapter.clone(),
            revocations: adapter.clone(),
            housekeeping: adapter.clone(),
            operator: adapter.clone(),
            health: adapter,
        }
    }
}
