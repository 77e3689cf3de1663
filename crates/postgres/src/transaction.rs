//! Transactions: begun here and nowhere else.

use std::future::Future;
use std::time::Duration;

use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use crate::error::met_another;
use crate::options::SEARCHING;

/// How often a transaction is done at most, when others get in its way.
const ATTEMPTS: usize = 5;

/// Begins a transaction (READ COMMITTED). Only for use within an act: that is a task of its own, which no caller
/// drops half-way. Dropped without `commit`, it is rolled back.
pub(crate) async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    #[expect(clippy::disallowed_methods, reason = "acts run in tasks of their own, which no caller drops half-way")]
    pool.begin().await
}

/// Begins one whose statements may take longer, in the same round trip.
pub(crate) async fn begin_bulk(pool: &PgPool, statement: Duration) -> sqlx::Result<Transaction<'static, Postgres>> {
    let begin = format!("BEGIN; SET LOCAL statement_timeout = {}", statement.as_millis());
    begin_as(pool, begin).await
}

/// Begins one whose statements may take longer, and may wait for locks as long as that: of acts that stand in a line.
pub(crate) async fn begin_patient(pool: &PgPool, statement: Duration) -> sqlx::Result<Transaction<'static, Postgres>> {
    let statement = statement.as_millis();
    let begin = format!("BEGIN; SET LOCAL statement_timeout = {statement}; SET LOCAL lock_timeout = {statement}");
    begin_as(pool, begin).await
}

/// Begins one that reads, at one instant, whatever number of statements it takes; they may take longer.
pub(crate) async fn begin_reading(pool: &PgPool, statement: Duration) -> sqlx::Result<Transaction<'static, Postgres>> {
    let begin = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = {}",
        statement.as_millis()
    );
    begin_as(pool, begin).await
}

/// Begins one that reads at one instant and in between waits, for up to so long, for whoever takes what was read.
pub(crate) async fn begin_snapshot(
    pool: &PgPool,
    statement: Duration,
    idle: Duration,
) -> sqlx::Result<Transaction<'static, Postgres>> {
    let begin = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = {}; \
         SET LOCAL idle_in_transaction_session_timeout = {}",
        statement.as_millis(),
        idle.as_millis()
    );
    begin_as(pool, begin).await
}

/// Begins one that searches (see [`options::for_searches`](crate::options::for_searches)).
pub(crate) async fn begin_searching(
    pool: &PgPool,
    statement: Duration,
) -> sqlx::Result<Transaction<'static, Postgres>> {
    let mut begin = format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {}", statement.as_millis());
    for (name, value) in SEARCHING {
        begin.push_str(&format!("; SET LOCAL {name} = {value}"));
    }
    begin_as(pool, begin).await
}

/// Nothing but numbers and settings of our own may go into the words.
async fn begin_as(pool: &PgPool, words: String) -> sqlx::Result<Transaction<'static, Postgres>> {
    #[expect(clippy::disallowed_methods, reason = "acts run in tasks of their own, which no caller drops half-way")]
    pool.begin_with(AssertSqlSafe(words)).await
}

/// Does a whole transaction again when it was undone because of another one (deadlock, serialization failure).
pub(crate) async fn again<T, F>(transaction: impl Fn() -> F) -> sqlx::Result<T>
where
    F: Future<Output = sqlx::Result<T>>,
{
    for attempt in 1..ATTEMPTS {
        match transaction().await {
            Err(error) if met_another(&error) => tracing::debug!(attempt, "a transaction met another one"),
            outcome => return outcome,
        }
    }
    transaction().await
}
