//! A whole system moves in: users, clients and groups under their ids and with their credentials, then the contacts.
//!
//! ```text
//!  users ──► clients ──► groups ──► contacts
//!    └ with the default client of each, and that one's default group: an account comes whole
//!              └ with the default group of each
//! ```
//!
//! What is there already stays as it is, so whoever was interrupted begins again. Each collection is read once in its
//! order, and those of clients and groups beside that once for every few thousand of what they belong to
//! (`beginnings`): that spares memory, of which ids take some and contacts none that grows.

mod beginnings;
mod clients;
mod contacts;
mod groups;
mod newcomers;
mod pass;
mod per_client;
mod reading;
mod report;
mod users;

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;

use roster_domain::ports::{ContactBatches, Operator, StoreError};
use roster_domain::{
    ClientId, Clock, Entropy, GroupId, IdSource, NewClient, Tally, Timestamp, TokenHash, Unsettled, UserId,
};
use secrecy::SecretString;

use crate::{Failure, Source};
pub use report::SystemReport;

/// What a system holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Collection {
    /// Who sign in.
    Users,
    /// Their clients.
    Clients,
    /// The clients' groups.
    Groups,
    /// The clients' contacts.
    Contacts,
}

impl Collection {
    /// Every one, in the order in which they move in.
    pub const ALL: [Self; 4] = [Self::Users, Self::Clients, Self::Groups, Self::Contacts];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Clients => "clients",
            Self::Groups => "groups",
            Self::Contacts => "contacts",
        }
    }
}

/// The files of a system.
pub trait Dump: Send + Sync {
    /// What the file of a collection is called.
    fn file_name(&self, collection: Collection) -> &str;

    /// Opens it, from its beginning.
    ///
    /// # Errors
    /// When it can't be read.
    fn open(&self, collection: Collection) -> Result<Source<'static>, Failure>;
}

/// How credentials are kept, and made where the system has none.
pub trait Credentials: Send + Sync {
    /// Whether passwords can be checked against this hash.
    fn can_verify(&self, password_hash: &SecretString) -> bool;

    /// What is stored of an access token.
    fn token_hash(&self, token: &SecretString) -> TokenHash;

    /// A client with its default group, for a user who has none.
    fn new_client(&self, now: Timestamp) -> NewClient;
}

/// Where a system moves in.
pub struct SystemStore {
    /// Takes over users, clients and groups.
    pub operator: Arc<dyn Operator>,
    /// Takes in contacts.
    pub batches: Arc<dyn ContactBatches>,
    /// See [`Credentials`].
    pub credentials: Arc<dyn Credentials>,
    /// See [`IdSource`].
    pub ids: Arc<IdSource>,
    /// When that is.
    pub clock: Arc<dyn Clock>,
    /// For the audit trail.
    pub entropy: Arc<dyn Entropy>,
}

/// A system that moves in, collection by collection.
pub struct MovingIn<'d> {
    store: SystemStore,
    dump: &'d dyn Dump,
    /// Clients that are there, and whose they are.
    owners: HashMap<ClientId, UserId>,
    /// What came along with what it belongs to, until its own turn comes.
    along: Along,
}

#[derive(Default)]
struct Along {
    clients: HashSet<ClientId>,
    groups: HashSet<GroupId>,
}

/// What became of a collection.
#[derive(Debug)]
pub struct MovedIn {
    /// What became of its documents, as far as they were looked at. Its sums hold.
    pub tally: Tally,
    /// Why there was no more.
    pub end: SystemEnd,
}

/// Why a collection ended.
#[derive(Debug)]
pub enum SystemEnd {
    /// Its file is at its end.
    Complete,
    /// It was told to stop.
    Stopped,
    /// It can't go on.
    Failed(SystemError),
}

/// Why a system can't move in any further.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// A file can't be read, or not any further.
    #[error("{file}: {failure}")]
    File {
        /// Which.
        file: String,
        /// Why.
        failure: Failure,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The report can't be written.
    #[error("the report can't be written")]
    Report(#[source] std::io::Error),
    /// See [`Unsettled`].
    #[error(transparent)]
    Unsettled(#[from] Unsettled),
    /// No thread could be had to read a file, or it ended before the file did.
    #[error("the reading of a file broke off")]
    Reading,
}

impl<'d> MovingIn<'d> {
    /// Nothing has moved in yet.
    #[must_use]
    pub fn new(store: SystemStore, dump: &'d dyn Dump) -> Self {
        Self { store, dump, owners: HashMap::new(), along: Along::default() }
    }

    /// Takes in a collection; those before it in [`Collection::ALL`] are in. The source is its file. Told to
    /// `stop`, it finishes the act it is in; `watch` hears what became of the documents so far.
    pub async fn take(
        &mut self,
        collection: Collection,
        source: Source<'static>,
        report: &mut SystemReport<'_>,
        stop: impl Future<Output = ()> + Send,
        watch: &mut dyn FnMut(&Tally),
    ) -> MovedIn {
        let stop = pin!(stop);
        let mut pass = pass::Pass::new(self.dump.file_name(collection), report, stop, watch);
        let taken = match collection {
            Collection::Users => users::take(self, source, &mut pass).await,
            Collection::Clients => clients::take(self, source, &mut pass).await,
            Collection::Groups => groups::take(self, source, &mut pass).await,
            Collection::Contacts => contacts::take(self, source, &mut pass).await,
        };
        let (tally, end) = pass.end(taken);
        MovedIn { tally, end }
    }
}
