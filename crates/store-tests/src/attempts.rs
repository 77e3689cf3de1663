//! Counting attempts at passwords: limits, closing, and opening again.

use std::time::Duration;

use roster_domain::ports::AttemptLedger;
use roster_domain::{Attempt, Booking, CounterKey, LONGEST_CLOSURE, Timestamp};

use crate::Bench;
use crate::together::together;

const WINDOW: Duration = Duration::from_secs(60);

impl Bench {
    /// The name of a counter that nobody has used.
    pub(crate) fn key(&self) -> CounterKey {
        CounterKey(self.bytes())
    }
}

/// An attempt on a counter that lets so many through in a minute.
pub(crate) fn attempt(key: CounterKey, limit: u32) -> Attempt {
    Attempt { key, limit, window: WINDOW, unless: None }
}

/// Books them, and says what came of it with the keys in order.
pub(crate) async fn book(ledger: &dyn AttemptLedger, attempts: &[Attempt], at: Timestamp) -> Booking {
    match ledger.book(attempts, at).await.unwrap() {
        Booking::Admitted(mut keys) => {
            keys.sort();
            Booking::Admitted(keys)
        }
        refused @ Booking::Refused { .. } => refused,
    }
}

/// Books one after the other at that time until one is refused: how many weren't, and until when it is closed.
pub(crate) async fn exhaust(bench: &Bench, attempt: Attempt, at: Timestamp) -> (u32, Timestamp) {
    for admitted in 0..100 {
        match book(bench.store.attempts.as_ref(), &[attempt], at).await {
            Booking::Admitted(keys) => assert_eq!(keys, [attempt.key]),
            Booking::Refused { until } => return (admitted, until),
        }
    }
    panic!("it never closed");
}

pub async fn a_counter_closes_for_longer_and_longer(bench: Bench) {
    let (attempt, mut at) = (attempt(bench.key(), 3), bench.now());
    assert_eq!(exhaust(&bench, attempt, at).await, (3, at.plus_millis(1_000)), "with the one that reaches the limit");
    for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        // At the very moment that it opens one gets through, and it closes again.
        let Booking::Refused { until } = book(bench.store.attempts.as_ref(), &[attempt], at).await else {
            panic!("it is closed")
        };
        at = until;
        let last = at.plus_millis(-1);
        assert_eq!(exhaust(&bench, attempt, last).await, (0, until), "closed until then, however often it is tried");
        assert_eq!(exhaust(&bench, attempt, at).await, (1, at.plus_millis(seconds * 1_000)));
    }
}

pub async fn waiting_out_a_closure_forgets_nothing(bench: Bench) {
    let (attempt, at) = (attempt(bench.key(), 2), bench.now());
    let (_, opens) = exhaust(&bench, attempt, at).await;
    // The window would have ended before: it is prolonged by each closing.
    let last = opens.plus_millis(59_999);
    let (admitted, opens) = exhaust(&bench, attempt, last).await;
    assert_eq!((admitted, opens), (1, last.plus_millis(2_000)));
    // Once it has passed, so is everything.
    let over = opens.plus_millis(60_000);
    assert_eq!(exhaust(&bench, attempt, over).await, (2, over.plus_millis(1_000)));
}

/// It was made under a clock that was ahead. What it counted then isn't looked at here.
pub async fn a_closure_that_is_too_far_off_counts_for_nothing(bench: Bench) {
    let ledger = bench.store.attempts.as_ref();
    let (edge, beyond, open) = (attempt(bench.key(), 3), attempt(bench.key(), 3), attempt(bench.key(), 3));
    let ahead = bench.now().plus(Duration::from_secs(365 * 24 * 60 * 60));
    for attempt in [edge, beyond] {
        assert_eq!(exhaust(&bench, attempt, ahead).await, (3, ahead.plus_millis(1_000)));
    }
    let until = ahead.plus_millis(1_000);
    let earliest = until.minus(LONGEST_CLOSURE);
    assert_eq!(book(ledger, &[open, edge], earliest).await, Booking::Refused { until });
    let admitted = book(ledger, &[edge], earliest.plus_millis(-1)).await;
    assert_eq!(admitted, Booking::Admitted(vec![edge.key]));

    let at = bench.now();
    let (admitted, until) = exhaust(&bench, beyond, at).await;
    assert!(admitted > 0, "it is let through at the present");
    assert!(at < until && until <= at.plus(LONGEST_CLOSURE), "and closes from the present on: {until}");
}

pub async fn a_window_begins_with_the_first_attempt(bench: Bench) {
    let ledger = bench.store.attempts.as_ref();
    let (attempt, at) = (attempt(bench.key(), 3), bench.now());
    let admitted = Booking::Admitted(vec![attempt.key]);
    for millis in [0, 30_000] {
        assert_eq!(book(ledger, &[attempt], at.plus_millis(millis)).await, admitted);
    }
    let last = at.plus_millis(59_999);
    let other = Attempt { key: bench.key(), ..attempt };
    for millis in [0, 30_000] {
        assert_eq!(book(ledger, &[other], at.plus_millis(millis)).await, Booking::Admitted(vec![other.key]));
    }
    assert_eq!(exhaust(&bench, attempt, last).await, (1, last.plus_millis(1_000)), "still within it");
    let over = at.plus_millis(60_000);
    assert_eq!(exhaust(&bench, other, over).await, (3, over.plus_millis(1_000)), "the next one");
}

pub async fn one_closed_counter_refuses_for_all(bench: Bench) {
    let ledger = bench.store.attempts.as_ref();
    let (open, soon, late) = (attempt(bench.key(), 3), attempt(bench.key(), 2), attempt(bench.key(), 2));
    let (_, opens_soon) = exhaust(&bench, soon, bench.now()).await;
    let (_, opens_late) = exhaust(&bench, late, bench.now().plus_millis(500)).await;
    let at = bench.now().plus_millis(600);
    for _ in 0..10 {
        assert_eq!(book(ledger, &[open, soon], at).await, Booking::Refused { until: opens_soon });
        assert_eq!(book(ledger, &[late, open, soon], at).await, Booking::Refused { until: opens_late }, "the latest");
        let at = opens_soon;
        assert_eq!(
            book(ledger, &[soon, late, open], at).await,
            Booking::Refused { until: opens_late },
            "one is enough"
        );
    }
    // Neither the open one nor the closed ones have counted any of it.
    assert_eq!(exhaust(&bench, open, at).await.0, 3);
    assert_eq!(exhaust(&bench, soon, opens_soon).await, (1, opens_soon.plus_millis(2_000)));
}

pub async fn several_counters_count_each_for_itself(bench: Bench) {
    let ledger = bench.store.attempts.as_ref();
    let (narrow, wide) = (attempt(bench.key(), 2), attempt(bench.key(), 5));
    let at = bench.now();
    assert_eq!(book(ledger, &[], at).await, Booking::Admitted(vec![]));
    let mut keys = vec![narrow.key, wide.key];
    keys.sort();
    for attempts in [[narrow, wide], [wide, narrow]] {
        assert_eq!(book(ledger, &attempts, at).await, Booking::Admitted(keys.clone()));
    }
    assert_eq!(exhaust(&bench, narrow, at).await, (0, at.plus_millis(1_000)));
    assert_eq!(exhaust(&bench, wide, at).await, (3, at.plus_millis(1_000)));
    assert_eq!(exhaust(&bench, attempt(bench.key(), 1), at).await, (1, at.plus_millis(1_000)), "another's are its own");
}

pub async fn a_burst_passes_no_more_than_were_left(bench: Bench) {
    let (attempt, at) = (attempt(bench.key(), 10), bench.now());
    let outcomes = together((0..50).map(|_| {
        let bench = bench.clone();
        async move { book(bench.store.attempts.as_ref(), &[attempt], at).await }
    }))
    .await;
    let admitted = outcomes.iter().filter(|outcome| matches!(outcome, Booking::Admitted(_))).count();
    let refused = outcomes.iter().filter(|o| **o == Booking::Refused { until: at.plus_millis(1_000) }).count();
    assert_eq!((admitted, refused), (10, 40), "{outcomes:?}");
}

/// And each is counted on both.
pub async fn counters_in_any_order_never_wait_for_each_other(bench: Bench) {
    const TASKS: u32 = 40;
    let (one, other) = (attempt(bench.key(), TASKS + 2), attempt(bench.key(), TASKS + 2));
    let third = attempt(bench.key(), 1_000);
    let at = bench.now();
    together((0..TASKS).map(|task| {
        let bench = bench.clone();
        let attempts = if task % 2 == 0 { [one, third, other] } else { [other, third, one] };
        async move {
            let ledger = bench.store.attempts.as_ref();
            assert!(matches!(book(ledger, &attempts, at).await, Booking::Admitted(keys) if keys.len() == 3));
            // The third is taken back, in both orders and with keys that nobody knows.
            let keys = if task % 2 == 0 { [third.key, bench.key()] } else { [bench.key(), third.key] };
            ledger.take_back(&keys, None).await.unwrap();
        }
    }))
    .await;
    for attempt in [one, other] {
        assert_eq!(exhaust(&bench, attempt, at).await, (2, at.plus_millis(1_000)));
    }
    let third = Attempt { limit: 2, ..third };
    assert_eq!(exhaust(&bench, third, at).await.0, 2, "none of it is left");
}
