//! From what somebody shows to who that is; and the sessions that are found so.

use roster_domain::{
    AuditEvent, ClientCredential, ClientSessionId, EmailKey, Session, SessionSecret, SignIn, Timestamp, TokenHash,
    UserId,
};

use crate::Bench;

pub async fn sign_in_by_the_key_of_an_address(bench: Bench) {
    let ada = bench.account("Ada@Example.org").await;
    let eve = bench.account("eve@example.org").await;
    let sign_in = async |typed: &str| bench.store.finders.sign_in(&EmailKey::of(typed)).await.unwrap();
    let password_hash = bench.new_account("x@example.org").user.password_hash;
    let found = |user: UserId| Some(SignIn { user, password_hash: password_hash.clone() });
    for typed in ["Ada@Example.org", " ada@example.org ", "ADA@EXAMPLE.ORG", "ａｄａ@example.org"] {
        assert_eq!(sign_in(typed).await, found(ada.user.id), "{typed}");
    }
    assert_eq!(sign_in("eve@example.org").await, found(eve.user.id));
    for typed in ["", "ada", "ada@example.or", "ada@example.org.", "a_a@example.org", "%", "' OR '1'='1"] {
        assert_eq!(sign_in(typed).await, None, "{typed}");
    }
}

pub async fn credentials_are_found_byte_by_byte(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut clients = Vec::new();
    for session_id in ["b1946ac9-Session", "B1946AC9-session", "x", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"] {
        let mut new = bench.new_client("Client");
        new.session_id = ClientSessionId::parse(session_id).unwrap();
        bench.store.clients.create(&ada.account(), new.clone()).await.unwrap().unwrap();
        clients.push(new);
    }
    let find = async |session_id: &str| {
        let session_id = ClientSessionId::from_stored(session_id.to_owned());
        bench.store.finders.client_credential(&session_id).await.unwrap()
    };
    for new in &clients {
        let credential = ClientCredential { user: ada.user.id, client: new.id, token_hash: new.token_hash };
        assert_eq!(find(new.session_id.as_str()).await, Some(credential), "{:?}", new.session_id);
    }
    let wrong = ["b1946ac9-session", "B1946AC9-SESSION", "X", "x ", " x", "_", "%", "", "b1946ac9-Sessio", "é"];
    for session_id in wrong {
        assert_eq!(find(session_id).await, None, "{session_id}");
    }
}

pub async fn every_field_of_a_session_comes_back(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let plain = || bench.new_session(ada.user.id);
    let secret = plain().secret;
    let full = SessionSecret {
        counter: 41,
        previous_token_hash: Some(TokenHash(bench.bytes())),
        rotated_at: Timestamp::parse("2023-03-04T05:06:07.999Z").unwrap(),
        pair_used: true,
        ..secret
    };
    let sessions = [
        plain(),
        Session { secret: full, ..plain() },
        Session { secret: SessionSecret { counter: i64::MAX, ..secret }, ..plain() },
        Session { user_agent: String::new(), ..plain() },
        Session { user_agent: format!("“Agent” 'x' \\ {}", "𝄞".repeat(500)), ..plain() },
        Session {
            created_at: Timestamp::parse("2023-03-04T05:06:07.089Z").unwrap(),
            last_used_at: Timestamp::parse("2023-03-04T06:00:00.000Z").unwrap(),
            expires_at: Timestamp::parse("2024-03-03T05:06:07.091Z").unwrap(),
            ..plain()
        },
    ];
    for session in &sessions {
        let entry = bench.new_entry(AuditEvent::SignInSucceeded, ada.user.id);
        assert!(bench.store.sessions.create(session.clone(), None, entry).await.unwrap(), "{session:?}");
    }
    // The last one has long expired: whoever asks decides what that means.
    for session in sessions {
        assert_eq!(bench.store.finders.session(ada.user.id, session.id).await.unwrap(), Some(session));
    }
}

pub async fn a_session_of_nobody_is_refused(bench: Bench) {
    let session = bench.new_session(bench.id());
    let entry = bench.new_entry(AuditEvent::SignInSucceeded, session.user);
    assert!(!bench.store.sessions.create(session.clone(), None, entry).await.unwrap());
    assert_eq!(bench.store.finders.session(session.user, session.id).await.unwrap(), None);
}
