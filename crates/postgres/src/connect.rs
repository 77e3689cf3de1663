//! Opening the pool, and what happens to a connection between two acts.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::losses::{Losses, PING_PATIENCE};
use crate::revocations::Hearing;
use crate::rounds::{Rounds, Shared};
use crate::turns::Turns;
use crate::{PostgresOptions, PostgresStore, options};

/// Why there is no store. None of these texts holds the password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL can't be read. It isn't repeated.
    #[error(
        "the URL must have the form postgres://user:password@host:5432/database; in its parts / ? # @ : and % must be \
         written %2F %3F %23 %40 %3A and %25"
    )]
    MalformedUrl,
    /// The server doesn't answer, or refuses us.
    #[error("Postgres can't be reached: {0}")]
    Unreachable(String),
    /// Text in any other encoding doesn't hold every name.
    #[error(
        "the database stores text as {0}, but Roster needs UTF8: create one with \
         CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'"
    )]
    Encoding(String),
}

/// How long opening a connection outside the pool may take.
pub(crate) const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

impl PostgresStore {
    /// Connects. Acts run on the tokio runtime that this is called on, those that go in rounds on the one they are called
    /// on.
    ///
    /// # Errors
    /// When the URL is malformed, the server can't be reached or the database isn't stored in UTF8. Whether it is
    /// migrated is another question: see [`migrations`](crate::migrations).
    pub async fn connect(url: &str, options: &PostgresOptions) -> Result<Arc<Self>, ConnectError> {
        let connect = options::with_timeouts(options::parse(url)?, options.statement_timeout, options.lock_timeout);
        let connect = options::on_indexes(connect);
        // The pool itself would tell no more than that time ran out.
        let first = open(&connect).await?;
        // Best effort: the server notices a closed socket as well.
        let _ = first.close().await;
        let runtime = Handle::current();
        let patience = options.acquire_timeout + options.statement_timeout * 4;
        let losses = Arc::new(Losses::default());
        let pool = pool(options, losses.clone()).connect_lazy_with(connect.clone());
        let shared = Shared::new(connect.clone(), options, pool.clone(), runtime.clone(), patience, losses.clone());
        Ok(Arc::new(Self {
            hearing: Hearing::new(connect),
            rounds: Rounds::new(shared),
            batch_turns: Turns::of_batches(options),
            snapshot_turns: Turns::of_snapshots(options),
            pool,
            runtime,
            bulk_timeout: options.bulk_timeout,
            patience,
            losses,
        }))
    }
}

/// One connection, to a database that can be worked with.
pub(crate) async fn open(options: &PgConnectOptions) -> Result<PgConnection, ConnectError> {
    let opened = async {
        let mut connection = options.connect().await?;
        let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut connection).await?;
        Ok((connection, encoding))
    };
    match timeout(CONNECT_PATIENCE, opened).await {
        Ok(Ok((connection, encoding))) if encoding == "UTF8" => Ok(connection),
        Ok(Ok((_, encoding))) => Err(ConnectError::Encoding(encoding)),
        Ok(Err(error)) => Err(unreachable(&error)),
        Err(_) => Err(ConnectError::Unreachable(format!("no answer within {CONNECT_PATIENCE:?}"))),
    }
}

fn unreachable(error: &sqlx::Error) -> ConnectError {
    let refusal = error.as_database_error().map(|refusal| refusal.message().to_owned());
    ConnectError::Unreachable(refusal.unwrap_or_else(|| error.to_string()))
}

fn pool(options: &PostgresOptions, losses: Arc<Losses>) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(options.pool_size)
        .acquire_timeout(options.acquire_timeout)
        // It would cost every act a round trip.
        .test_before_acquire(false)
        .before_acquire(move |connection, state| {
            let losses = losses.clone();
            Box::pin(async move { Ok(!losses.makes_doubtful(state.idle_for) || losses.answers(connection).await) })
        })
        .after_release(|connection, _| Box::pin(leave_transaction(connection)))
}

/// Undoes a transaction that somebody began without sqlx's knowledge: its `begin` doesn't roll back when it is dropped
/// half-way (transact-rs/sqlx#4393), and what is written on that connection afterwards would vanish.
///
/// sqlx doesn't tell whether a connection is in a transaction, and a bare ROLLBACK outside one leaves a warning in the
/// server's log each time. Outside one these two are silent; within one the BEGIN warns and the ROLLBACK ends it; within
/// a failed one the BEGIN fails, and the connection is closed.
async fn leave_transaction(connection: &mut PgConnection) -> sqlx::Result<bool> {
    match timeout(PING_PATIENCE, connection.execute("BEGIN; ROLLBACK")).await {
        Ok(Ok(_)) => Ok(true),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use roster_testkit::postgres;
    use sqlx::PgPool;

    use super::*;

    async fn notes(pool: &PgPool) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM notes").fetch_one(pool).await.unwrap()
    }

    /// What sqlx leaves behind (the reason for the hook): seen without it, so that this goes when sqlx is mended.
    #[tokio::test]
    async fn a_begin_dropped_half_way_leaves_no_transaction() {
        let database = postgres::empty_database().await;
        let url: PgConnectOptions = database.url().parse().unwrap();
        let witness = PgPoolOptions::new().max_connections(1).connect_lazy_with(url.clone());
        witness.execute("CREATE TABLE notes (note int)").await.unwrap();
        let options = PostgresOptions { pool_size: 1, ..PostgresOptions::default() };
        let ours = pool(&options, Arc::default()).connect_lazy_with(url.clone());
        let bare = PgPoolOptions::new().max_connections(1).test_before_acquire(false).connect_lazy_with(url);

        for (pool, hooked) in [(&ours, true), (&bare, false)] {
            witness.execute("TRUNCATE notes").await.unwrap();
            pool.execute("SELECT 1").await.unwrap();
            for note in 0..20 {
                while !begin_and_leave(pool).await {}
                sqlx::query("INSERT INTO notes VALUES ($1)").bind(note).execute(pool).await.unwrap();
            }
            assert_eq!(notes(&witness).await == 20, hooked);
            // An open transaction would keep the next TRUNCATE waiting.
            pool.close().await;
        }
    }

    /// Whether the server was no faster than we at leaving.
    async fn begin_and_leave(pool: &PgPool) -> bool {
        // The connection is on its way back. Once it is there, the first poll sends BEGIN.
        while pool.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        #[expect(clippy::disallowed_methods, reason = "to show why it is")]
        let begin = pin!(pool.begin());
        matches!(begin.poll(&mut Context::from_waker(Waker::noop())), Poll::Pending)
    }
}
