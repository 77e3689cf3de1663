//! Attempts that succeed are taken back, and those who made them are recognised.

use roster_domain::{Attempt, Booking, Recognition};

use crate::Bench;
use crate::attempts::{attempt, book, exhaust};

pub async fn a_success_opens_what_it_counted_on(bench: Bench) {
    let ledger = bench.store.attempts.as_ref();
    let (attempt, bystander, at) = (attempt(bench.key(), 3), attempt(bench.key(), 3), bench.now());
    assert_eq!(exhaust(&bench, bystander, at).await.0, 3);
    assert_eq!(exhaust(&bench, attempt, at).await.0, 3);
    ledger.take_back(&[attempt.key], None).await.unwrap();
    // It is open, and one is left: which closes it as the third did.
    assert_eq!(exhaust(&bench, attempt, at).await, (1, at.plus_millis(1_000)));
    assert_eq!(exhaust(&bench, bystander, at).await.0, 0, "another counter stays closed");
}

pub async fn no_more_is_taken_back_than_was_counted(bench: Bench) {
    let ledger = bench.store.attempts.as_ref();
    let (one, never, at) = (attempt(bench.key(), 3), attempt(bench.key(), 3), bench.now());
    assert!(matches!(book(ledger, &[one], at).await, Booking::Admitted(_)));
    for _ in 0..5 {
        ledger.take_back(&[one.key, never.key], None).await.unwrap();
    }
    ledger.take_back(&[], None).await.unwrap();
    for attempt in [one, never] {
        assert_eq!(exhaust(&bench, attempt, at).await, (3, at.plus_millis(1_000)));
    }
}

pub async fn a_counter_is_not_asked_about_the_recognised(bench: Bench) {
    let ledger = bench.store.attempts.as_ref();
    let (at, recognised) = (bench.now(), bench.key());
    let closed = attempt(bench.key(), 2);
    exhaust(&bench, closed, at).await;
    let exempt = Attempt { unless: Some(recognised), ..closed };
    assert!(matches!(book(ledger, &[exempt], at).await, Booking::Refused { .. }), "nobody is recognised yet");
    let until = at.plus_millis(100);
    ledger.take_back(&[], Some(Recognition { key: recognised, until })).await.unwrap();

    let other = attempt(bench.key(), 50);
    for _ in 0..20 {
        let last = until.plus_millis(-1);
        assert_eq!(book(ledger, &[exempt], last).await, Booking::Admitted(vec![]), "it has counted nothing");
        assert_eq!(book(ledger, &[exempt, other], last).await, Booking::Admitted(vec![other.key]), "the other has");
    }
    assert!(matches!(book(ledger, &[closed], at).await, Booking::Refused { .. }), "others are refused");
    let stranger = Attempt { unless: Some(bench.key()), ..closed };
    assert!(matches!(book(ledger, &[stranger], at).await, Booking::Refused { .. }));
    assert!(matches!(book(ledger, &[exempt], until).await, Booking::Refused { .. }), "and at its end everybody is");
    assert_eq!(exhaust(&bench, closed, at.plus_millis(1_000)).await, (1, at.plus_millis(3_000)));
    assert_eq!(exhaust(&bench, other, until).await.0, 30);
}

pub async fn a_recognition_is_prolonged_and_never_cut(bench: Bench) {
    let ledger = bench.store.attempts.as_ref();
    let (at, key) = (bench.now(), bench.key());
    let counted = attempt(bench.key(), 1_000);
    let exempt = Attempt { unless: Some(key), ..counted };
    let recognised = async |millis| book(ledger, &[exempt], at.plus_millis(millis)).await == Booking::Admitted(vec![]);
    for (until, last) in [(100, 99), (200, 199), (150, 199)] {
        let until = at.plus_millis(until);
        ledger.take_back(&[counted.key], Some(Recognition { key, until })).await.unwrap();
        assert!(recognised(last).await);
        assert!(!recognised(last + 1).await);
    }
}
