//! Nothing but the very tokens that were issued is ever accepted, however they are shown.

use std::future::Future;

use proptest::prelude::*;
use proptest::sample::Index;
use roster_domain::AuditEvent;
use roster_identity::{AuthenticationError, SignedIn, SignedUp};
use secrecy::ExposeSecret;
use tokio::runtime::Runtime;

use crate::forgery::{altered, payload, sealed};
use crate::world::{PASSWORD, SECOND, World, from, is_let_in, refreshed, with_credentials, with_tokens};

/// A world with one of each kind of token, and another that differs from it by its key alone.
struct Case {
    runtime: Runtime,
    world: World,
    account: SignedUp,
    session: SignedIn,
    /// `rat_…`, `rrt_…`, `rct_…`
    tokens: [String; 3],
    /// Of a foreign key, for the same user and session.
    foreign: [String; 2],
}

impl Case {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (world, foreign) = (World::new(), World::with_keys(&[9]));
        let (account, session, foreign) = runtime.block_on(async {
            foreign.account("ada@example.org").await;
            let foreign = foreign.session("ada@example.org").await;
            (world.account("ada@example.org").await, world.session("ada@example.org").await, foreign)
        });
        assert_eq!(session.session, foreign.session);
        let text = |token: &secrecy::SecretString| token.expose_secret().to_owned();
        let tokens = [text(&session.access_token), text(&session.refresh_token), text(&account.access_token)];
        let foreign = [text(&foreign.access_token), text(&foreign.refresh_token)];
        Self { runtime, world, account, session, tokens, foreign }
    }

    fn run<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }

    /// Whether the text is good for anything, wherever it may be shown.
    fn is_accepted(&self, text: &str) -> bool {
        let identity = &self.world.identity;
        let (refresh, client) = (self.tokens[1].as_str(), self.account.client.session_id.as_str());
        self.run(async {
            let as_bearer = with_tokens(identity, text, None).await.is_ok();
            let as_x_refresh = with_tokens(identity, "garbage", Some(text)).await.is_ok();
            let as_credentials = with_credentials(identity, client, text).await.is_ok();
            let as_session_id = with_credentials(identity, text, &self.tokens[2]).await.is_ok();
            let answer = identity.refresh(text, &from("203.0.113.7")).await;
            let as_refresh_token = match answer {
                Ok(_) => true,
                Err(AuthenticationError::Unauthenticated { token_sent: true }) => false,
                Err(error) => panic!("{error:?}"),
            };
            // Beside a good refresh token a bad Bearer is let in by that, and by that alone.
            let beside = with_tokens(identity, text, Some(refresh)).await;
            assert!(beside.is_err() || beside.is_ok_and(|answer| answer.fresh_access_token.is_some()));
            as_bearer || as_x_refresh || as_credentials || as_session_id || as_refresh_token
        })
    }

    /// Whatever was tried, the real ones go on.
    fn assert_unharmed(&self) {
        self.run(async {
            let identity = &self.world.identity;
            assert!(is_let_in(identity, &self.session).await);
            let client = self.account.client.session_id.as_str();
            assert!(with_credentials(identity, client, &self.tokens[2]).await.is_ok());
            assert!(refreshed(identity, &self.session).await.is_ok());
            assert!(self.world.entries(AuditEvent::RefreshTokenReused).is_empty());
        });
    }
}

#[test]
fn none_that_was_altered_in_any_letter() {
    let case = Case::new();
    proptest!(|(kind in 0..3_usize, at: Index, letter in "[-_A-Za-z0-9=+/. ]")| {
        let mut text = case.tokens[kind].clone();
        let at = at.index(text.len());
        prop_assume!(text[at..=at] != letter);
        text.replace_range(at..=at, &letter);
        prop_assert!(!case.is_accepted(&text), "{text}");
    });
    case.assert_unharmed();
}

#[test]
fn none_that_was_altered_and_sealed_again() {
    let case = Case::new();
    proptest!(|(kind in 0..3_usize, at: Index, flip in 1_u8..)| {
        let token = &case.tokens[kind];
        let text = altered(token, at.index(payload(token).len()), flip);
        prop_assert!(!case.is_accepted(&text), "{text}");
    });
    case.assert_unharmed();
}

#[test]
fn none_that_was_cut_or_added_to() {
    let case = Case::new();
    proptest!(|(kind in 0..3_usize, keep: Index, more in "\\PC{1,5}")| {
        let token = &case.tokens[kind];
        let (kept, bytes) = (keep.index(token.len()), payload(token));
        let prefix = &token[..4];
        let texts = [
            token[..kept].to_owned(),
            token[kept + 1..].to_owned(),
            format!("{token}{more}"),
            format!("{more}{token}"),
            format!("{}{more}{}", &token[..kept], &token[kept..]),
            sealed(prefix, &bytes[..keep.index(bytes.len())]),
            sealed(prefix, &[&bytes, more.as_bytes()].concat()),
            sealed(prefix, &[more.as_bytes(), &bytes].concat()),
        ];
        for text in texts {
            prop_assert!(!case.is_accepted(&text), "{text}");
        }
    });
    case.assert_unharmed();
}

#[test]
fn none_of_a_foreign_key() {
    let case = Case::new();
    for (token, own) in case.foreign.iter().zip(&case.tokens) {
        assert!(!case.is_accepted(token));
        // Nor with any part of it put in the place of ours.
        let (foreign, own) = (payload(token), payload(own));
        for at in 0..own.len() {
            for spliced in [[&own[..at], &foreign[at..]].concat(), [&foreign[..at], &own[at..]].concat()] {
                assert!(spliced == own || !case.is_accepted(&sealed(&token[..4], &spliced)), "{at}");
            }
        }
    }
    case.assert_unharmed();
}

#[test]
fn none_of_another_kind() {
    let case = Case::new();
    let [access, refresh, client] = &case.tokens;
    let identity = &case.world.identity;
    case.run(async {
        for bearer in [refresh, client] {
            assert!(with_tokens(identity, bearer, None).await.is_err(), "{bearer}");
        }
        for refresh in [access, client] {
            assert!(with_tokens(identity, "garbage", Some(refresh)).await.is_err(), "{refresh}");
            assert!(identity.refresh(refresh, &from("203.0.113.7")).await.is_err(), "{refresh}");
        }
        for token in [access, refresh] {
            let session_id = case.account.client.session_id.as_str();
            assert!(with_credentials(identity, session_id, token).await.is_err(), "{token}");
        }
    });
    for token in &case.tokens {
        for prefix in ["rat_", "rrt_", "rct_", "rxt_", "RAT_", ""] {
            if !token.starts_with(prefix) || prefix.is_empty() {
                assert!(!case.is_accepted(&format!("{prefix}{}", &token[4..])), "{prefix}");
                assert!(!case.is_accepted(&sealed(prefix, &payload(token))), "{prefix}");
            }
        }
    }
    case.assert_unharmed();
}

#[test]
fn none_that_nobody_issued() {
    let case = Case::new();
    proptest!(|(text in "(rat_|rrt_|rct_)?\\PC{0,120}", prefix in "r[arc]t_", bytes in proptest::collection::vec(any::<u8>(), 0..100))| {
        prop_assert!(!case.is_accepted(&text), "{text}");
        prop_assert!(!case.is_accepted(&sealed(&prefix, &bytes)), "{prefix}");
    });
    for text in ["", " ", PASSWORD, "null", "rat_", "Bearer rat_"] {
        assert!(!case.is_accepted(text), "{text}");
    }
    case.world.clock.advance_millis(SECOND);
    case.assert_unharmed();
}
