//! What becomes of a connection's own state. Acts rely on it: settings that keep to indexes and to time limits are asked
//! for once a connection, and so are statements prepared. A pooler that hands each transaction to another connection of
//! the server's loses both.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, Row};
use tokio::time::timeout;

use super::{Obstacle, ObstacleKind, open, plain};
use crate::options;

/// Asked for, and looked for afterwards; no server has it by chance.
const ODD_TIMEOUT: Duration = Duration::from_millis(7_919);

const CHANNEL: &str = "roster_inspected";

/// How long a notification may take to come, and a connection of the server's to be had.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// What a connection keeps from one statement to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Settings that were asked for when it was opened are in force.
    pub keeps_settings: bool,
    /// It stays with one connection of the server's.
    pub keeps_backend: bool,
    /// Notifications reach it.
    pub hears: bool,
}

impl Session {
    pub(super) async fn of(options: &PgConnectOptions) -> Result<Self, Obstacle> {
        Ok(Self {
            keeps_settings: keeps_settings(options).await?,
            keeps_backend: keeps_backend(options).await?,
            hears: hears(options).await.unwrap_or(false),
        })
    }
}

/// As the store asks for them; a pooler refuses that, or takes it and does nothing.
async fn keeps_settings(options: &PgConnectOptions) -> Result<bool, Obstacle> {
    let mut connection = match open(&options::with_timeouts(options.clone(), ODD_TIMEOUT, ODD_TIMEOUT)).await {
        Ok(connection) => connection,
        Err(refusal) if refusal.kind == ObstacleKind::Other => return Ok(false),
        Err(obstacle) => return Err(obstacle),
    };
    let row = sqlx::raw_sql("SHOW statement_timeout").fetch_one(&mut connection).await?;
    let in_force: String = row.try_get(0)?;
    connection.close().await?;
    Ok(in_force == format!("{}ms", ODD_TIMEOUT.as_millis()))
}

/// Where each transaction goes to whichever of the server's connections is free, a second caller in a transaction is on
/// the one that the first was on, or keeps the first from it.
async fn keeps_backend(options: &PgConnectOptions) -> Result<bool, Obstacle> {
    let mut first = open(&plain(options)).await?;
    let mut second = open(&plain(options)).await?;
    let asked = async {
        let before = backend(&mut first).await?;
        second.execute("BEGIN").await?;
        let other = backend(&mut second).await?;
        let after = backend(&mut first).await?;
        second.execute("ROLLBACK").await?;
        Ok(before == after && before != other)
    };
    let keeps = timeout(ANSWERS_WITHIN, asked).await;
    // Best effort: the server notices closed sockets as well.
    let _ = first.close().await;
    let _ = second.close().await;
    keeps.unwrap_or(Ok(false))
}

async fn backend(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::raw_sql("SELECT pg_backend_pid()::int8").fetch_one(connection).await?.try_get(0)
}

async fn hears(options: &PgConnectOptions) -> sqlx::Result<bool> {
    let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(plain(options));
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    sqlx::raw_sql("SELECT pg_notify('roster_inspected', '')").execute(&pool).await?;
    let heard = matches!(timeout(ANSWERS_WITHIN, listener.try_recv()).await, Ok(Ok(Some(_))));
    drop(listener);
    pool.close().await;
    Ok(heard)
}
