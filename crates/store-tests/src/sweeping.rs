//! What is over goes by itself, and nothing else does.

use roster_domain::ports::{Due, EndTimes, STEP_ROWS};
use roster_domain::{Attempt, AuditEntry, AuditEvent, Booking, Recognition, Timestamp};

use crate::Bench;
use crate::attempts::{attempt, book, exhaust};
use crate::together::together;
use crate::walk::{limit, walk_audit};

/// Of no kind is anything due.
pub(crate) const NOTHING: Due = {
    let never = Timestamp::from_millis(0);
    Due { counters: never, sessions: never, audit: never, imports: EndTimes { ended_at: never, expires_at: never } }
};

/// How many times there may have been more.
pub(crate) async fn sweep(bench: &Bench, due: Due) -> usize {
    for more in 0..1_000 {
        if !bench.store.housekeeping.sweep(due).await.unwrap() {
            return more;
        }
    }
    panic!("there was always more");
}

pub async fn counters_go_when_their_window_has_passed(bench: Bench) {
    let (attempt, at) = (attempt(bench.key(), 1), bench.now());
    let (_, opens) = exhaust(&bench, attempt, at).await;
    let over = opens.plus_millis(60_000);
    sweep(&bench, Due { counters: over.plus_millis(-1), ..NOTHING }).await;
    sweep(&bench, Due { sessions: over, audit: over, ..NOTHING }).await;
    assert_eq!(exhaust(&bench, attempt, at).await, (0, opens), "it isn't over yet");
    sweep(&bench, Due { counters: over, ..NOTHING }).await;
    // Only a clock set back can tell that it is gone.
    assert_eq!(exhaust(&bench, attempt, at).await.0, 1);
}

pub async fn recognitions_go_when_they_end(bench: Bench) {
    let (counted, key, until) = (attempt(bench.key(), 1_000), bench.key(), bench.now().plus_millis(5_000));
    let ledger = bench.store.attempts.as_ref();
    ledger.take_back(&[], Some(Recognition { key, until })).await.unwrap();
    let exempt = Attempt { unless: Some(key), ..counted };
    let (recognised, at) = (Booking::Admitted(vec![]), bench.now());
    sweep(&bench, Due { counters: until.plus_millis(-1), ..NOTHING }).await;
    assert_eq!(book(ledger, &[exempt], at).await, recognised);
    sweep(&bench, Due { counters: until, ..NOTHING }).await;
    assert_eq!(book(ledger, &[exempt], at).await, Booking::Admitted(vec![counted.key]));
}

pub async fn sessions_go_when_they_have_ended_or_expired(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let ended = ada.session_with(|session| session.expires_at = session.created_at.plus_millis(3_600_000)).await;
    let expired = ada.session_with(|session| session.expires_at = session.created_at.plus_millis(5_000)).await;
    let living = ada.session().await;
    assert!(ada.end(ended.id).await);
    let ended_at = bench.now();
    let trail = ada.trail().await;

    sweep(&bench, Due { sessions: expired.expires_at.plus_millis(-1), ..NOTHING }).await;
    sweep(&bench, Due { counters: living.expires_at, ..NOTHING }).await;
    assert_eq!(ada.find_session(expired.id).await.as_ref(), Some(&expired));
    assert!(ended_at < expired.expires_at);
    // Of what has ended nothing is found, but nothing of it is in the way of the same id either.
    let entry = ada.entry(AuditEvent::SignInSucceeded);
    assert!(bench.store.sessions.create(ended.clone(), None, entry).await.unwrap());

    sweep(&bench, Due { sessions: expired.expires_at, ..NOTHING }).await;
    assert_eq!(ada.find_session(expired.id).await, None);
    assert_eq!(ada.find_session(living.id).await, Some(living), "it lives");
    assert_eq!(ada.find_session(ended.id).await, Some(ended), "begun anew, it lives");
    assert_eq!(ada.trail().await.len(), trail.len() + 1, "entries are another kind");
}

pub async fn entries_go_when_they_are_old(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let mut entries: Vec<AuditEntry> = Vec::new();
    for user in [Some(ada.user.id), None, Some(eve.user.id)].into_iter().cycle().take(9) {
        let _ = bench.later();
        let entry = bench.new_entry(AuditEvent::SignInFailed, user);
        bench.store.audit.append(entry.clone()).await.unwrap();
        entries.insert(0, entry);
    }
    let _ = bench.later();
    let session = ada.session().await;
    entries.insert(0, ada.trail().await.remove(0));
    for kept in [8, 5, 1] {
        let oldest = entries[kept - 1].at;
        sweep(&bench, Due { audit: oldest.plus_millis(-1), ..NOTHING }).await;
        assert_eq!(walk_audit(&bench.store, None, limit(100)).await, entries[..kept], "not before their time");
        sweep(&bench, Due { counters: oldest, sessions: oldest, ..NOTHING }).await;
        assert_eq!(walk_audit(&bench.store, None, limit(100)).await, entries[..kept]);
        sweep(&bench, Due { audit: oldest, ..NOTHING }).await;
        assert_eq!(walk_audit(&bench.store, None, limit(100)).await, entries[..kept - 1]);
    }
    assert_eq!(ada.sessions().await, [session], "sessions are another kind");
    assert_eq!(ada.me().await, Some(ada.user.clone()));
}

/// Many rows go in steps, with several servers at it.
pub async fn many_rows_go_in_steps(bench: Bench) {
    let at = bench.now();
    let rows = STEP_ROWS + 50;
    let attempts: Vec<Attempt> = (0..rows).map(|_| attempt(bench.key(), 1)).collect();
    for some in attempts.chunks(250) {
        assert!(
            matches!(book(bench.store.attempts.as_ref(), some, at).await, Booking::Admitted(keys) if keys.len() == some.len())
        );
    }
    together((0..10).map(|_| {
        let bench = bench.clone();
        async move {
            for _ in 0..rows / 10 {
                let entry = bench.new_entry(AuditEvent::SignInFailed, None);
                bench.store.audit.append(entry).await.unwrap();
            }
        }
    }))
    .await;
    let _ = bench.later();
    let kept = bench.new_entry(AuditEvent::SignInFailed, None);
    bench.store.audit.append(kept.clone()).await.unwrap();

    let over = at.plus_millis(61_000);
    let due = Due { counters: over, audit: at, ..NOTHING };
    assert!(bench.store.housekeeping.sweep(due).await.unwrap(), "there is more than one step's rows");
    let left = walk_audit(&bench.store, None, limit(1_000)).await;
    assert!((51..=rows + 1).contains(&left.len()), "no more than one step went: {}", left.len());
    together((0..3).map(|_| {
        let bench = bench.clone();
        async move { sweep(&bench, due).await }
    }))
    .await;
    assert_eq!(sweep(&bench, due).await, 0);
    assert_eq!(walk_audit(&bench.store, None, limit(1_000)).await, [kept]);
    for attempt in attempts.iter().step_by(97) {
        assert_eq!(exhaust(&bench, *attempt, at).await.0, 1, "its counter is gone");
    }
}

pub async fn an_empty_store_has_nothing_to_sweep(bench: Bench) {
    let now = bench.now();
    assert_eq!(sweep(&bench, Due { counters: now, sessions: now, audit: now, ..NOTHING }).await, 0);
    assert!(!bench.store.housekeeping.erase_some().await.unwrap());
}
