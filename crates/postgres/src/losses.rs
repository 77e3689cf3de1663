//! Connections that were lost: others of the same time may be dead as well, though nobody has noticed yet.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

use crate::error::lost_connection;

/// A connection idle for longer may have died unnoticed.
const FRESH: Duration = Duration::from_secs(1);

/// How long a connection in no use may take to answer before it is given up.
pub(crate) const PING_PATIENCE: Duration = Duration::from_millis(500);

/// When one was lost last.
#[derive(Default)]
pub(crate) struct Losses(Mutex<Option<Instant>>);

impl Losses {
    /// Notes a loss, if this failure is one.
    pub(crate) fn hear(&self, failure: &sqlx::Error) {
        if lost_connection(failure) {
            self.note();
        }
    }

    /// Whether a connection that was in no use for so long is to be asked, by [`Losses::answers`], before it is used.
    pub(crate) fn makes_doubtful(&self, idle_for: Duration) -> bool {
        idle_for > FRESH || self.happened_within(idle_for)
    }

    /// Whether the connection is alive; it is lost if not.
    pub(crate) async fn answers(&self, connection: &mut PgConnection) -> bool {
        let alive = matches!(timeout(PING_PATIENCE, connection.ping()).await, Ok(Ok(())));
        if !alive {
            self.note();
        }
        alive
    }

    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn happened_within(&self, time: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() <= time)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use roster_domain::ports::{Store, StoreError};
    use roster_store_tests::{Bench, Owner};
    use roster_testkit::postgres::database;
    use sqlx::Executor;

    use super::*;
    use crate::{MIGRATOR, PostgresOptions, PostgresStore};

    /// A store, somebody in it, and a connection that is none of the store's.
    async fn scene() -> (Arc<PostgresStore>, Bench, Owner, PgConnection) {
        let database = database(&MIGRATOR).await;
        let other = PgConnection::connect(database.url()).await.unwrap();
        // On a busy machine it may take long until it is seen who waits.
        let long = Duration::from_secs(60);
        let options = PostgresOptions { statement_timeout: long, lock_timeout: long, ..PostgresOptions::default() };
        let store = PostgresStore::connect(database.url(), &options).await.unwrap();
        let bench = Bench::new(Store::of(store.clone()), database);
        let ada = bench.account("ada@example.org").await;
        (store, bench, ada, other)
    }

    fn has_noted(store: &PostgresStore) -> bool {
        store.losses.happened_within(Duration::MAX)
    }

    #[test]
    fn only_what_was_idle_at_the_time_is_doubtful() {
        let losses = Losses::default();
        assert!(!losses.makes_doubtful(FRESH));
        assert!(losses.makes_doubtful(FRESH + Duration::from_millis(1)));
        losses.hear(&sqlx::Error::Io(std::io::ErrorKind::BrokenPipe.into()));
        assert!(losses.makes_doubtful(FRESH));
        assert!(!losses.makes_doubtful(Duration::ZERO));
    }

    #[tokio::test]
    async fn a_refusal_is_no_loss() {
        let (store, bench, ada, mut other) = scene().await;
        other.execute("DROP TABLE contacts").await.unwrap();
        let id = bench.id();
        assert!(matches!(bench.store.contacts.get(&ada.scope, id).await, Err(StoreError::Failed(_))));
        let creation = bench.store.contacts.create(&ada.scope, bench.new_contact("2348000000001")).await;
        assert!(matches!(creation, Err(StoreError::Failed(_))), "{creation:?}");
        assert!(!has_noted(&store));
    }

    #[tokio::test]
    async fn one_that_a_round_meets_is_noted() {
        let (store, bench, ada, mut other) = scene().await;
        let id = bench.id();
        assert_eq!(bench.store.contacts.get(&ada.scope, id).await.unwrap(), None);
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND application_name = 'roster'";
        other.execute(kill).await.unwrap();
        assert_eq!(bench.store.contacts.get(&ada.scope, id).await.unwrap(), None);
        assert!(has_noted(&store));
    }

    #[tokio::test]
    async fn one_that_something_alone_meets_is_noted() {
        let (store, bench, ada, mut other) = scene().await;
        other.execute("BEGIN; SELECT FROM contact_groups FOR UPDATE").await.unwrap();
        let contact = bench.new_contact("2348000000001");
        let creation = tokio::spawn(async move { bench.store.contacts.create(&ada.scope, contact).await });
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while other.execute(kill).await.unwrap().rows_affected() == 0 {
            assert!(!creation.is_finished(), "it didn't wait");
            // Statistics stand still within a transaction.
            other.execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
            tokio::task::yield_now().await;
        }
        assert!(matches!(creation.await.unwrap(), Err(StoreError::Unavailable(_))));
        assert!(has_noted(&store));
    }
}
