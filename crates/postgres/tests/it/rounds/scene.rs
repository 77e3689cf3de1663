//! What these tests begin with.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use roster_domain::{ContactChanges, ContactName, Number};
use roster_postgres::PostgresStore;
use roster_store_tests::{Bench, Owner};
use sqlx::{Connection, PgConnection};

use crate::stored::Stored;

/// One user, and a connection that is none of the store's.
pub struct Scene {
    pub bench: Bench,
    pub ada: Owner,
    pub other: PgConnection,
    pub store: Arc<PostgresStore>,
}

impl Scene {
    pub async fn new() -> Self {
        let stored = Stored::fresh().await;
        let other = PgConnection::connect(stored.database.url()).await.unwrap();
        let store = stored.store.clone();
        let bench = stored.bench();
        let ada = bench.account("ada@example.org").await;
        Self { bench, ada, other, store }
    }

    /// How many connections the store has, as the server sees them.
    pub async fn connections(&mut self) -> i64 {
        let ours = "SELECT count(*) FROM pg_stat_activity \
                    WHERE datname = current_database() AND application_name = 'roster'";
        sqlx::query_scalar(ours).fetch_one(&mut self.other).await.unwrap()
    }

    /// How many contacts there are.
    pub async fn count(&mut self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM contacts").fetch_one(&mut self.other).await.unwrap()
    }

    /// Comes back when another of the store's connections than these waits for a lock, and says which.
    pub async fn until_another_waits(&mut self, known: &[i32]) -> i32 {
        let waiting = "SELECT pid FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> ALL ($1)";
        loop {
            if let Some(pid) = sqlx::query_scalar(waiting).bind(known).fetch_optional(&mut self.other).await.unwrap() {
                return pid;
            }
            // Statistics stand still within a transaction.
            sqlx::query("SELECT pg_stat_clear_snapshot()").execute(&mut self.other).await.unwrap();
            tokio::task::yield_now().await;
        }
    }

    /// Ends a connection, or what it is at, with this function of the server's.
    pub async fn signal(&mut self, function: &str, connection: i32) {
        let signal = sqlx::AssertSqlSafe(format!("SELECT {function}($1)"));
        sqlx::query(signal).bind(connection).execute(&mut self.other).await.unwrap();
    }

    /// Comes back when so many of the store's connections wait for a lock.
    pub async fn until_waiting(&mut self, connections: i64) {
        let waiting = "SELECT count(*) FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut self.other).await.unwrap() != connections {
            // Statistics stand still within a transaction.
            sqlx::query("SELECT pg_stat_clear_snapshot()").execute(&mut self.other).await.unwrap();
            tokio::task::yield_now().await;
        }
    }
}

/// A call that was begun: what it asks has been taken in.
pub struct Begun<'a, T>(Pin<Box<dyn Future<Output = T> + Send + 'a>>);

impl<'a, T> Begun<'a, T> {
    pub fn new(call: impl Future<Output = T> + Send + 'a) -> Self {
        let mut call = Box::pin(call);
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "it was refused");
        Self(call)
    }

    /// Whether it has its answer by now.
    pub fn is_answered(&mut self) -> Option<T> {
        match self.0.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        }
    }

    pub async fn answer(self) -> T {
        self.0.await
    }
}

pub fn named(name: &str) -> ContactChanges {
    ContactChanges { name: ContactName::parse(name).ok(), ..ContactChanges::default() }
}

pub fn numbered(number: &str) -> ContactChanges {
    ContactChanges { number: Number::parse(number).ok(), ..ContactChanges::default() }
}
