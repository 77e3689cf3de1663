//! Counters of attempts at passwords.

use async_trait::async_trait;
use roster_domain::ports::{AttemptLedger, Result};
use roster_domain::{Attempt, Booking, CounterKey, LONGEST_CLOSURE, Recognition, Timestamp, closed_for};
use rusqlite::{Connection, Row, params};

use crate::columns::{optional_time, time};
use crate::statements::statements;
use crate::{SqliteStore, query};

statements! {
    GET = "SELECT count, window_ends_at, closed_until FROM throttles WHERE key = ?1"
        => ["SEARCH throttles USING INDEX sqlite_autoindex_throttles_1 (key=?)"];

    IS_RECOGNISED = "SELECT 1 FROM throttles WHERE key = ?1 AND window_ends_at > ?2"
        => ["SEARCH throttles USING INDEX sqlite_autoindex_throttles_1 (key=?)"];

    PUT = "INSERT INTO throttles (key, count, window_ends_at, closed_until) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (key) DO UPDATE SET
            count = excluded.count, window_ends_at = excluded.window_ends_at, closed_until = excluded.closed_until"
        => [];

    TAKE_BACK = "UPDATE throttles SET count = max(count - 1, 0), closed_until = NULL WHERE key = ?1"
        => ["SEARCH throttles USING INDEX sqlite_autoindex_throttles_1 (key=?)"];

    RECOGNISE = "INSERT INTO throttles (key, count, window_ends_at) VALUES (?1, 0, ?2)
        ON CONFLICT (key) DO UPDATE SET window_ends_at = max(window_ends_at, excluded.window_ends_at)"
        => [];
}

/// A counter's row.
#[derive(Clone, Copy)]
struct Counter {
    count: u32,
    window_ends_at: Timestamp,
    closed_until: Option<Timestamp>,
}

#[async_trait]
impl AttemptLedger for SqliteStore {
    async fn book(&self, attempts: &[Attempt], at: Timestamp) -> Result<Booking> {
        let attempts = attempts.to_vec();
        self.writer.write(move |connection| book(connection, &attempts, at)).await
    }

    async fn take_back(&self, keys: &[CounterKey], recognised: Option<Recognition>) -> Result<()> {
        let keys = keys.to_vec();
        self.writer.write(move |connection| take_back(connection, &keys, recognised)).await
    }
}

/// Looks at all counters before it writes to any, so that a refusal costs no write.
fn book(connection: &Connection, attempts: &[Attempt], at: Timestamp) -> rusqlite::Result<Booking> {
    let mut asked = Vec::with_capacity(attempts.len());
    let mut closed = None;
    for attempt in attempts {
        if is_exempt(connection, attempt, at)? {
            continue;
        }
        let counter = query::one(connection, GET, params![attempt.key.0], counter)?;
        closed = closed.max(counter.and_then(|counter| counter.closed_at(at)));
        asked.push((attempt, counter));
    }
    if let Some(until) = closed {
        return Ok(Booking::Refused { until });
    }
    for (attempt, counter) in &asked {
        put(connection, attempt.key, Counter::after(*counter, attempt, at))?;
    }
    Ok(Booking::Admitted(asked.into_iter().map(|(attempt, _)| attempt.key).collect()))
}

fn is_exempt(connection: &Connection, attempt: &Attempt, at: Timestamp) -> rusqlite::Result<bool> {
    let Some(key) = attempt.unless else { return Ok(false) };
    Ok(query::one(connection, IS_RECOGNISED, params![key.0, at.millis()], |_| Ok(()))?.is_some())
}

impl Counter {
    /// Until when it is closed, where it is at that time. What is further off than any closure was made under a clock
    /// that was ahead.
    fn closed_at(&self, at: Timestamp) -> Option<Timestamp> {
        self.closed_until.filter(|until| *until > at && *until <= at.plus(LONGEST_CLOSURE))
    }

    /// What it is with one attempt more.
    fn after(before: Option<Self>, attempt: &Attempt, at: Timestamp) -> Self {
        let mut counter = match before.filter(|counter| counter.window_ends_at > at) {
            Some(counter) => Self { count: counter.count.saturating_add(1), ..counter },
            None => Self { count: 1, window_ends_at: at.plus(attempt.window), closed_until: None },
        };
        if let Some(closed) = closed_for(counter.count, attempt.limit) {
            let until = at.plus(closed);
            counter.closed_until = Some(until);
            counter.window_ends_at = counter.window_ends_at.max(until.plus(attempt.window));
        }
        counter
    }
}

fn put(connection: &Connection, key: CounterKey, counter: Counter) -> rusqlite::Result<()> {
    let closed_until = counter.closed_until.map(Timestamp::millis);
    query::write(connection, PUT, params![key.0, counter.count, counter.window_ends_at.millis(), closed_until])?;
    Ok(())
}

fn take_back(connection: &Connection, keys: &[CounterKey], recognised: Option<Recognition>) -> rusqlite::Result<()> {
    for key in keys {
        query::write(connection, TAKE_BACK, params![key.0])?;
    }
    if let Some(Recognition { key, until }) = recognised {
        query::write(connection, RECOGNISE, params![key.0, until.millis()])?;
    }
    Ok(())
}

fn counter(row: &Row<'_>) -> rusqlite::Result<Counter> {
    Ok(Counter { count: row.get(0)?, window_ends_at: time(row, 1)?, closed_until: optional_time(row, 2)? })
}
