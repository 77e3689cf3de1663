//! [`AttemptLedger`]. Rows of counters are locked in the order of their keys, a recognised one's after them, so that no
//! two acts wait for one another in a circle.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use roster_domain::ports::{AttemptLedger, Result};
use roster_domain::{Attempt, Booking, CounterKey, LONGEST_CLOSURE, Recognition, Timestamp, closed_for};
use sqlx::{PgConnection, PgPool};

use crate::PostgresStore;
use crate::rows::bytes;
use crate::transaction::{again, begin};

#[async_trait]
impl AttemptLedger for PostgresStore {
    async fn book(&self, attempts: &[Attempt], at: Timestamp) -> Result<Booking> {
        let (pool, attempts) = (self.pool.clone(), attempts.to_vec());
        self.act(async move { again(|| book(&pool, &attempts, at)).await }).await
    }

    async fn take_back(&self, keys: &[CounterKey], recognised: Option<Recognition>) -> Result<()> {
        let (pool, keys) = (self.pool.clone(), keys.to_vec());
        self.act(async move { again(|| take_back(&pool, &keys, recognised)).await }).await
    }
}

async fn book(pool: &PgPool, attempts: &[Attempt], at: Timestamp) -> sqlx::Result<Booking> {
    let mut transaction = begin(pool).await?;
    let asked = count(&mut transaction, attempts, at).await?;
    let closed: Vec<&[u8]> = asked.iter().filter(|row| row.count.is_none()).map(|row| row.key.as_slice()).collect();
    if !closed.is_empty() {
        let until = closed_until(&mut transaction, &closed).await?;
        // The others have counted it by now.
        transaction.rollback().await?;
        return Ok(Booking::Refused { until });
    }
    let mut counted = Vec::with_capacity(asked.len());
    for row in asked {
        counted.push((CounterKey(bytes(&row.key, "throttles.key")?), row.count.unwrap_or_default().unsigned_abs()));
    }
    close(&mut transaction, attempts, &counted, at).await?;
    transaction.commit().await?;
    let has_counted = |key: &CounterKey| counted.iter().any(|(counted, _)| counted == key);
    Ok(Booking::Admitted(attempts.iter().map(|attempt| attempt.key).filter(has_counted).collect()))
}

/// A counter that was asked, and what it has counted since; `None`: it is closed.
struct Asked {
    key: Vec<u8>,
    count: Option<i32>,
}

/// Counts an attempt on each counter that is to be asked and isn't closed. Those that are closed are locked like the
/// others, but stay as they are. What is closed for longer than anything closes was closed under a clock that was ahead,
/// and counts as open.
async fn count(connection: &mut PgConnection, attempts: &[Attempt], at: Timestamp) -> sqlx::Result<Vec<Asked>> {
    let mut sorted: Vec<&Attempt> = attempts.iter().collect();
    sorted.sort_by_key(|attempt| attempt.key);
    let keys: Vec<&[u8]> = sorted.iter().map(|attempt| attempt.key.0.as_slice()).collect();
    let ends: Vec<DateTime<Utc>> = sorted.iter().map(|attempt| at.plus(attempt.window).to_utc()).collect();
    // Nothing is recognised by no bytes.
    let unless: Vec<&[u8]> =
        sorted.iter().map(|attempt| attempt.unless.as_ref().map_or(&[][..], |key| key.0.as_slice())).collect();
    sqlx::query_as!(
        Asked,
        "WITH asked AS MATERIALIZED ( \
            SELECT a.key, a.window_ends_at \
            FROM unnest($1::bytea[], $2::timestamptz[], $3::bytea[]) AS a (key, window_ends_at, unless) \
            WHERE NOT EXISTS (SELECT FROM throttles r WHERE r.key = a.unless AND r.window_ends_at > $4) \
         ), counted AS ( \
            INSERT INTO throttles AS t (key, count, window_ends_at) \
            SELECT key, 1, window_ends_at FROM asked \
            ON CONFLICT (key) DO UPDATE \
            SET count = CASE WHEN t.window_ends_at > $4 THEN t.count + 1 ELSE 1 END, \
                window_ends_at = CASE WHEN t.window_ends_at > $4 THEN t.window_ends_at \
                                      ELSE EXCLUDED.window_ends_at END, \
                closed_until = NULL \
            WHERE t.closed_until IS NULL OR t.closed_until <= $4 OR t.closed_until > $5 \
            RETURNING t.key, t.count \
         ) \
         SELECT asked.key AS \"key!\", counted.count AS \"count?\" FROM asked LEFT JOIN counted USING (key)",
        &keys as &[&[u8]],
        &ends,
        &unless as &[&[u8]],
        at.to_utc(),
        at.plus(LONGEST_CLOSURE).to_utc(),
    )
    .fetch_all(connection)
    .await
}

/// When the last of these opens.
async fn closed_until(connection: &mut PgConnection, keys: &[&[u8]]) -> sqlx::Result<Timestamp> {
    // A statement of its own: the one that found them closed may have waited for a change that it didn't see when it
    // began.
    let until = sqlx::query_scalar!(
        "SELECT max(closed_until) AS \"until!\" FROM throttles WHERE key = ANY($1)",
        keys as &[&[u8]]
    )
    .fetch_one(connection)
    .await?;
    Ok(until.into())
}

/// Closes the counters for which this attempt was the last, or one beyond.
async fn close(
    connection: &mut PgConnection,
    attempts: &[Attempt],
    counted: &[(CounterKey, u32)],
    at: Timestamp,
) -> sqlx::Result<()> {
    let (mut keys, mut opens, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for (key, count) in counted {
        let Some(attempt) = attempts.iter().find(|attempt| attempt.key == *key) else { continue };
        let Some(duration) = closed_for(*count, attempt.limit) else { continue };
        let until = at.plus(duration);
        keys.push(key.0.as_slice());
        opens.push(until.to_utc());
        ends.push(until.plus(attempt.window).to_utc());
    }
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE throttles t \
         SET closed_until = c.closed_until, window_ends_at = GREATEST(t.window_ends_at, c.window_ends_at) \
         FROM unnest($1::bytea[], $2::timestamptz[], $3::timestamptz[]) AS c (key, closed_until, window_ends_at) \
         WHERE t.key = c.key",
        &keys as &[&[u8]],
        &opens,
        &ends,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn take_back(pool: &PgPool, keys: &[CounterKey], recognised: Option<Recognition>) -> sqlx::Result<()> {
    let keys: Vec<&[u8]> = keys.iter().map(|key| key.0.as_slice()).collect();
    let mut transaction = begin(pool).await?;
    sqlx::query!(
        "WITH held AS MATERIALIZED ( \
            SELECT key FROM throttles WHERE key = ANY($1) ORDER BY key FOR UPDATE \
         ) \
         UPDATE throttles t SET count = GREATEST(t.count - 1, 0), closed_until = NULL \
         FROM held WHERE t.key = held.key",
        &keys as &[&[u8]],
    )
    .execute(&mut *transaction)
    .await?;
    if let Some(Recognition { key, until }) = recognised {
        sqlx::query!(
            "INSERT INTO throttles AS t (key, count, window_ends_at) VALUES ($1, 0, $2) \
             ON CONFLICT (key) DO UPDATE SET window_ends_at = GREATEST(t.window_ends_at, EXCLUDED.window_ends_at)",
            key.0.as_slice(),
            until.to_utc(),
        )
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await
}
