//! A session's secret is replaced, and its uses are noted.

use roster_domain::{Session, SessionSecret, SessionUse, TokenHash};

use crate::Bench;
use crate::together::together;

/// The secret that may follow, drawn anew, of this instant.
fn next_secret(bench: &Bench, session: &Session) -> SessionSecret {
    SessionSecret {
        counter: session.secret.counter + 1,
        nonce: bench.bytes(),
        key_id: bench.bytes(),
        token_hash: TokenHash(bench.bytes()),
        previous_token_hash: Some(session.secret.token_hash),
        rotated_at: bench.now(),
        pair_used: false,
    }
}

/// A use of this instant: it prolongs by a minute.
fn a_use(bench: &Bench, pair: Option<i64>) -> SessionUse {
    SessionUse { last_used_at: bench.now(), expires_at: bench.now().plus_millis(60_000), pair }
}

pub async fn a_rotation_puts_in_the_next_secret(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (other, session) = (ada.session().await, ada.session().await);
    let rotate = async |from: &Session| {
        let _ = bench.later();
        let (next, used) = (next_secret(&bench, from), a_use(&bench, None));
        let rotated = bench.store.sessions.rotate(from, next, used).await.unwrap();
        let now = ada.find_session(session.id).await.unwrap();
        let expected =
            Session { secret: next, last_used_at: used.last_used_at, expires_at: used.expires_at, ..session.clone() };
        assert_eq!(rotated, now == expected);
        (rotated, now)
    };
    let (rotated, first) = rotate(&session).await;
    assert!(rotated);
    let (rotated, second) = rotate(&first).await;
    assert!(rotated);
    assert_eq!(second.secret.counter, 2);
    for old in [&session, &first] {
        let (rotated, now) = rotate(old).await;
        assert!(!rotated, "it was found with a secret that was replaced since");
        assert_eq!(now, second);
    }
    assert_eq!(ada.find_session(other.id).await, Some(other));
}

pub async fn of_many_rotations_at_once_one_is_true(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    let _ = bench.later();
    let outcomes = together((0..20).map(|_| {
        let (bench, session) = (bench.clone(), session.clone());
        async move {
            let next = next_secret(&bench, &session);
            let rotated = bench.store.sessions.rotate(&session, next, a_use(&bench, None)).await.unwrap();
            // Whoever lost reads what has won.
            let now = bench.store.finders.session(session.user, session.id).await.unwrap().unwrap();
            (rotated.then_some(next), now.secret)
        }
    }))
    .await;
    let winners: Vec<_> = outcomes.iter().filter_map(|(won, _)| *won).collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert!(outcomes.iter().all(|(_, found)| *found == winners[0]), "each has found what won: {outcomes:?}");
}

pub async fn only_what_lives_is_rotated(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let rotate = async |session: &Session| {
        let next = next_secret(&bench, session);
        bench.store.sessions.rotate(session, next, a_use(&bench, None)).await.unwrap()
    };
    let session = ada.session().await;
    assert!(!rotate(&Session { user: eve.user.id, ..session.clone() }).await, "another user's");
    assert!(!rotate(&bench.new_session(ada.user.id)).await, "unknown");
    assert_eq!(ada.find_session(session.id).await.as_ref(), Some(&session));

    bench.clock.set(session.expires_at);
    assert!(!rotate(&session).await, "expired");
    assert_eq!(ada.find_session(session.id).await.as_ref(), Some(&session));
    bench.clock.advance_millis(-1);
    assert!(rotate(&session).await, "the very last moment");

    let session = ada.session().await;
    assert!(ada.end(session.id).await);
    assert!(!rotate(&session).await, "ended");
    bench.clock.set(session.created_at);
    assert!(!rotate(&session).await, "ended, and the clock set back");
    assert_eq!(ada.find_session(session.id).await, None);
}

pub async fn a_use_moves_times_forward_only(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    let note = async |last_used: i64, expires: i64| {
        let used = SessionUse {
            last_used_at: session.last_used_at.plus_millis(last_used),
            expires_at: session.expires_at.plus_millis(expires),
            pair: None,
        };
        bench.store.sessions.note_use(&session, used).await.unwrap();
        let now = ada.find_session(session.id).await.unwrap();
        let moved = Session { last_used_at: now.last_used_at, expires_at: now.expires_at, ..session.clone() };
        assert_eq!(now, moved, "nothing else changes");
        let moved = now.last_used_at.millis() - session.last_used_at.millis();
        (moved, now.expires_at.millis() - session.expires_at.millis())
    };
    assert_eq!(note(1_000, 2_000).await, (1_000, 2_000));
    assert_eq!(note(999, 1_999).await, (1_000, 2_000));
    assert_eq!(note(-1, 2_001).await, (1_000, 2_001));
    assert_eq!(note(1_001, 0).await, (1_001, 2_001));

    let now = ada.find_session(session.id).await.unwrap();
    let earlier = SessionUse { last_used_at: session.last_used_at, expires_at: session.expires_at, pair: None };
    assert!(bench.store.sessions.rotate(&now, next_secret(&bench, &now), earlier).await.unwrap());
    let rotated = ada.find_session(session.id).await.unwrap();
    let times = |session: &Session| (session.last_used_at, session.expires_at);
    assert_eq!(times(&rotated), times(&now), "nor does a rotation turn them back");
}

pub async fn a_pair_is_noted_while_it_is_current(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let session = ada.session().await;
    let pair_used = async |pair| {
        bench.store.sessions.note_use(&session, a_use(&bench, pair)).await.unwrap();
        ada.find_session(session.id).await.unwrap().secret.pair_used
    };
    assert!(!pair_used(None).await);
    assert!(!pair_used(Some(1)).await, "there is no such pair yet");
    assert!(pair_used(Some(0)).await);
    assert!(pair_used(None).await, "once used is used");

    // It was found before that use was noted, but its secret is still the one.
    let rotated = bench.store.sessions.rotate(&session, next_secret(&bench, &session), a_use(&bench, Some(1))).await;
    assert!(rotated.unwrap());
    assert!(!pair_used(None).await, "the new pair hasn't been used");
    assert!(!pair_used(Some(0)).await, "the old pair's use says nothing of the new one");
    assert!(pair_used(Some(1)).await);
}

pub async fn a_use_revives_nothing(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (ended, expired) = (ada.session().await, ada.session().await);
    let before = ada.find_session(expired.id).await;
    let note = async |session: &Session| {
        bench.store.sessions.note_use(session, a_use(&bench, Some(0))).await.unwrap();
    };
    let _ = bench.later();
    note(&Session { user: eve.user.id, ..expired.clone() }).await;
    note(&bench.new_session(ada.user.id)).await;
    assert_eq!(ada.find_session(expired.id).await, before, "another user's use says nothing");

    assert!(ada.end(ended.id).await);
    note(&ended).await;
    assert_eq!(ada.find_session(ended.id).await, None);
    bench.clock.set(expired.expires_at);
    note(&expired).await;
    assert_eq!(ada.find_session(expired.id).await, before, "it had expired");
    assert_eq!(ada.sessions().await, []);
}
