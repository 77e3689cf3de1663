use std::sync::Arc;

use actix_web::web;
use roster_domain::ports::Store;
use roster_domain::{Clock, Entropy, IdSource};
use roster_identity::{Identity, KeyRing};
use tokio::sync::{Notify, Semaphore};

use crate::forwarding::ProxyNet;
use crate::settings::{HttpSettings, ImportSettings};
use crate::spool::Spool;
use crate::streams::Streams;
use crate::{Deadlines, Readiness};

/// What the delivery delivers: the store and the use cases, and where time, chance and ids come from.
#[derive(Clone)]
pub struct Services {
    /// All ports of the store.
    pub store: Store,
    /// Sign-up, sign-in and who is calling.
    pub identity: Arc<Identity>,
    /// Signs the cursors of paged lists.
    pub keys: KeyRing,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<IdSource>,
    /// Chance, for the ids of requests and imports.
    pub entropy: Arc<dyn Entropy>,
    /// Rung when an import waits for its turn: to go in, or to be undone.
    pub wake: Arc<Notify>,
}

/// What handlers get injected.
pub type App = web::Data<State>;

/// [`Services`] with what limits their use; one for all workers.
pub struct State {
    pub services: Services,
    pub readiness: Readiness,
    pub deadlines: Deadlines,
    pub body_limit: usize,
    pub batch_limit: usize,
    pub trusted_proxies: Vec<ProxyNet>,
    pub in_flight: Arc<Semaphore>,
    pub streams: Arc<Streams>,
    pub spool: Arc<Spool>,
    pub batches: Arc<Streams>,
    pub uploads: Arc<Streams>,
    pub imports: ImportSettings,
}

impl State {
    pub fn new(services: Services, settings: &HttpSettings, readiness: Readiness) -> Self {
        Self {
            services,
            readiness,
            deadlines: settings.deadlines,
            body_limit: settings.body_limit,
            batch_limit: settings.batch_limit,
            trusted_proxies: settings.trusted_proxies.clone(),
            in_flight: Arc::new(Semaphore::new(settings.in_flight.min(Semaphore::MAX_PERMITS))),
            streams: Streams::new(settings.streams, settings.streams_per_user),
            spool: Spool::new(settings.spool),
            batches: Streams::new(settings.batches, settings.batches_per_user),
            uploads: Streams::new(settings.imports.uploads, settings.imports.uploads_per_user),
            imports: settings.imports,
        }
    }
}

impl std::ops::Deref for State {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}
