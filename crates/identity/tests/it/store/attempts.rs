//! The counters of attempts.

use async_trait::async_trait;
use roster_domain::ports::{AttemptLedger, Result};
use roster_domain::{Attempt, Booking, CounterKey, Recognition, Timestamp, closed_for};

use super::MemoryStore;

/// A counter, or with a count of 0 something that is recognised.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    pub count: u32,
    pub window_ends_at: Timestamp,
    pub closed_until: Option<Timestamp>,
}

fn counted(before: Option<&Counter>, attempt: &Attempt, at: Timestamp) -> Counter {
    let window = i64::try_from(attempt.window.as_millis()).unwrap();
    let mut counter = match before {
        Some(counter) if counter.window_ends_at > at => Counter { count: counter.count + 1, ..*counter },
        _ => Counter { count: 1, window_ends_at: at.plus_millis(window), closed_until: None },
    };
    if let Some(closed) = closed_for(counter.count, attempt.limit) {
        let until = at.plus_millis(i64::try_from(closed.as_millis()).unwrap());
        counter.closed_until = Some(until);
        counter.window_ends_at = counter.window_ends_at.max(until.plus_millis(window));
    }
    counter
}

#[async_trait]
impl AttemptLedger for MemoryStore {
    async fn book(&self, attempts: &[Attempt], at: Timestamp) -> Result<Booking> {
        self.write("attempts.book", |rows| {
            let recognised = |key| rows.counters.get(&key).is_some_and(|known| known.window_ends_at > at);
            let asked: Vec<_> = attempts.iter().filter(|attempt| !attempt.unless.is_some_and(recognised)).collect();
            let closed = asked.iter().filter_map(|attempt| rows.counters.get(&attempt.key)?.closed_until);
            if let Some(until) = closed.filter(|until| *until > at).max() {
                return Booking::Refused { until };
            }
            for attempt in &asked {
                let counter = counted(rows.counters.get(&attempt.key), attempt, at);
                rows.counters.insert(attempt.key, counter);
            }
            Booking::Admitted(asked.iter().map(|attempt| attempt.key).collect())
        })
        .await
    }

    async fn take_back(&self, keys: &[CounterKey], recognised: Option<Recognition>) -> Result<()> {
        self.write("attempts.take_back", |rows| {
            for key in keys {
                if let Some(counter) = rows.counters.get_mut(key) {
                    counter.count = counter.count.saturating_sub(1);
                    counter.closed_until = None;
                }
            }
            if let Some(Recognition { key, until }) = recognised {
                let new = Counter { count: 0, window_ends_at: until, closed_until: None };
                let known = rows.counters.entry(key).or_insert(new);
                known.window_ends_at = known.window_ends_at.max(until);
            }
        })
        .await
    }
}
