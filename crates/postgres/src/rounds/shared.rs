//! What all sets of connections have in common.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::ports::StoreError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::regions::Regions;
use crate::connect::CONNECT_PATIENCE;
use crate::error::store_error;
use crate::losses::Losses;
use crate::{PostgresOptions, options};

/// By so much later than the server's own limit a statement is given up on our side: a paused server can't keep its
/// own time.
const GRACE: Duration = Duration::from_secs(1);

/// What a connection is for: that decides how its statements are planned, and how long they may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
    Search,
}

pub(crate) struct Shared {
    connect: PgConnectOptions,
    connect_to_search: PgConnectOptions,
    statement_timeout: Duration,
    pub(super) search_timeout: Duration,
    /// Where single things go that must wait for somebody.
    pub(super) pool: PgPool,
    /// The pool's.
    pub(super) runtime: Handle,
    /// When such a thing is given up.
    pub(super) patience: Duration,
    /// So many of them may hold a connection of the pool's at once: it is everybody's.
    pub(super) detours: Semaphore,
    pub(super) regions: Regions,
    /// So that the pool's connections are asked before they are used, when one here was found dead.
    pub(super) losses: Arc<Losses>,
}

impl Shared {
    /// `connect`: as the pool's connections are opened.
    pub(crate) fn new(
        connect: PgConnectOptions,
        options: &PostgresOptions,
        pool: PgPool,
        runtime: Handle,
        patience: Duration,
        losses: Arc<Losses>,
    ) -> Self {
        Self {
            connect_to_search: options::for_searches(connect.clone(), options.bulk_timeout),
            connect: options::for_rounds(connect),
            statement_timeout: options.statement_timeout,
            search_timeout: options.bulk_timeout,
            detours: Semaphore::new(options.pool_size.div_ceil(2) as usize),
            pool,
            runtime,
            patience,
            losses,
            regions: Regions::new(),
        }
    }

    /// How long one round may take, on our clock.
    pub(super) fn deadline(&self, purpose: Purpose) -> Duration {
        GRACE
            + match purpose {
                Purpose::Read | Purpose::Write => self.statement_timeout,
                Purpose::Search => self.search_timeout,
            }
    }

    /// A new connection; where it is to write, only one that can.
    pub(super) async fn open(&self, purpose: Purpose) -> Result<PgConnection, StoreError> {
        let options = if purpose == Purpose::Search { &self.connect_to_search } else { &self.connect };
        let opened = async {
            let mut connection = options.connect().await?;
            let standby = purpose == Purpose::Write
                && sqlx::query_scalar("SELECT pg_catalog.pg_is_in_recovery()")
                    .persistent(false)
                    .fetch_one(&mut connection)
                    .await?;
            if standby {
                // Best effort: the server notices a closed socket as well.
                let _ = connection.close().await;
                return Ok(None);
            }
            Ok(Some(connection))
        };
        match timeout(CONNECT_PATIENCE, opened).await {
            Ok(Ok(Some(connection))) => Ok(connection),
            Ok(Ok(None)) => Err(StoreError::unavailable("the server is a standby")),
            Ok(Err(error)) => {
                self.losses.hear(&error);
                Err(store_error(error))
            }
            Err(late) => Err(StoreError::unavailable(late)),
        }
    }
}
