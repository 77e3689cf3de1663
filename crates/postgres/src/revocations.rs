//! [`Revocations`]: LISTEN and NOTIFY. What ends something notifies in its own transaction ([`tell`]), so that whoever
//! hears of it can't find it alive any more. One task hears, on a connection of its own.

use std::convert::Infallible;
use std::sync::Once;
use std::time::Duration;

use roster_domain::UserId;
use roster_domain::ports::{Listeners, Revocation, Revocations};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{PgConnection, PgPool};
use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::PostgresStore;
use crate::error::store_error;

const CHANNEL: &str = "roster_revoked";

/// How long to wait before connecting again: at first, and at most when that fails again and again.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long opening the connection may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

impl Revocations for PostgresStore {
    fn listen(&self, heard: Box<dyn Fn(Revocation) + Send + Sync>) {
        self.hearing.begin(&self.runtime, heard);
    }
}

/// Tells all servers, this one too, that something of this user's was ended; they hear of it when the transaction is
/// committed.
pub(crate) async fn tell(connection: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_notify('roster_revoked', $1)", user.to_string()).execute(connection).await?;
    Ok(())
}

/// The task that hears, and whom it passes on to what it heard.
pub(crate) struct Hearing {
    /// Never more than one connection, which is opened when somebody first listens.
    pool: PgPool,
    listeners: Listeners,
    begun: Once,
}

impl Hearing {
    pub(crate) fn new(connect: PgConnectOptions) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT_PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(connect);
        Self { pool, listeners: Listeners::default(), begun: Once::new() }
    }

    fn begin(&self, runtime: &Handle, heard: Box<dyn Fn(Revocation) + Send + Sync>) {
        self.listeners.add(heard);
        self.begun.call_once(|| {
            let (pool, listeners) = (self.pool.clone(), self.listeners.clone());
            runtime.spawn(async move {
                let mut closed = pool.close_event();
                let _ = closed.do_until(hear(&pool, &listeners)).await;
            });
        });
    }

    /// Ends when the connection is closed.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        // It is closed from this call on; only the goodbyes aren't waited for.
        drop(self.pool.close());
    }
}

/// Hears until the pool is closed.
async fn hear(pool: &PgPool, listeners: &Listeners) {
    let mut pause = FIRST_PAUSE;
    loop {
        let Err(error) = hear_on_one_listener(pool, listeners, &mut pause).await;
        if pool.is_closed() {
            return;
        }
        tracing::warn!(error = %store_error(error), "revocations on other servers aren't heard, connecting again");
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn hear_on_one_listener(pool: &PgPool, listeners: &Listeners, pause: &mut Duration) -> sqlx::Result<Infallible> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    // What was ended before, nobody has heard.
    listeners.pass_on(Revocation::Everybody);
    *pause = FIRST_PAUSE;
    loop {
        // None: the connection was lost, and is there again.
        let revocation = listener.try_recv().await?.map_or(Revocation::Everybody, |told| revocation(told.payload()));
        listeners.pass_on(revocation);
    }
}

/// What isn't a user's id comes from no server of this kind, and may mean anybody.
fn revocation(payload: &str) -> Revocation {
    UserId::parse(payload).map_or(Revocation::Everybody, Revocation::User)
}
