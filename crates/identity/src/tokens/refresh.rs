//! Refresh tokens, `rrt_…`: as long-lived as their session, stored as a hash.
//!
//! `rrt_` and 107 letters: user (12 bytes), session (16), secret (32), tag (16), checksum (4). The secret is the
//! HMAC-SHA256 of session, counter and nonce, so the server can make the current token again from what it stores and
//! its key; but a token is only ever checked by its hash, so that it outlives the key. The tag is the first half of an
//! HMAC-SHA256 of all before it: a token that is nobody's current one ends its session only where the tag shows that it
//! was ours once, so that nobody ends a session by inventing tokens for it.

use roster_domain::{Entropy, Session, SessionId, SessionSecret, Timestamp, TokenHash, UserId};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::armour;
use crate::keys::{Key, KeyRing, Purpose};

const PREFIX: &str = "rrt_";
const NAMES: usize = 12 + 16;
const TAGGED: usize = NAMES + 32;
const TAG: usize = 16;
const TOKEN: usize = TAGGED + TAG;

/// What a refresh token names, and the hash it is checked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) hash: TokenHash,
    /// Whether a key that is still known made it.
    pub(crate) is_ours: bool,
}

impl RefreshToken {
    /// The first token of a new session, and what the session keeps of it.
    pub(crate) fn first(
        user: UserId,
        session: SessionId,
        now: Timestamp,
        keys: &KeyRing,
        entropy: &dyn Entropy,
    ) -> (SecretString, SessionSecret) {
        // Nothing came before it that could be answered again.
        let (text, secret) = make(user, session, 0, now, keys, entropy);
        (text, SessionSecret { pair_used: true, ..secret })
    }

    /// The token after the current one, and what the session keeps of it.
    pub(crate) fn next(
        session: &Session,
        now: Timestamp,
        keys: &KeyRing,
        entropy: &dyn Entropy,
    ) -> (SecretString, SessionSecret) {
        let (text, secret) = make(session.user, session.id, session.secret.counter + 1, now, keys, entropy);
        (text, SessionSecret { previous_token_hash: Some(session.secret.token_hash), ..secret })
    }

    /// The current token once more; `None`: the key that made it is gone.
    pub(crate) fn current(session: &Session, keys: &KeyRing) -> Option<SecretString> {
        let SessionSecret { counter, nonce, key_id, token_hash, .. } = &session.secret;
        let text = derive(session.user, session.id, *counter, nonce, keys.key(*key_id)?);
        super::same(&super::hash(text.expose_secret()), token_hash).then_some(text)
    }

    /// Reads a token that has our form. Whether it is good only the session's hash can tell.
    pub(crate) fn read(text: &str, keys: &KeyRing) -> Option<Self> {
        let token = armour::open::<TOKEN>(PREFIX, text)?;
        let (tagged, tag) = token.split_at_checked(TAGGED)?;
        let (user, rest) = tagged.split_at_checked(12)?;
        let (session, _secret) = rest.split_first_chunk()?;
        Some(Self {
            user: UserId::try_from(user).ok()?,
            session: SessionId::from(Uuid::from_bytes(*session)),
            hash: super::hash(text),
            is_ours: keys.verify_start(Purpose::RefreshTag, tagged, tag),
        })
    }
}

fn make(
    user: UserId,
    session: SessionId,
    counter: i64,
    now: Timestamp,
    keys: &KeyRing,
    entropy: &dyn Entropy,
) -> (SecretString, SessionSecret) {
    let mut nonce = [0; 16];
    entropy.fill(&mut nonce);
    let key = keys.first();
    let text = derive(user, session, counter, &nonce, key);
    let token_hash = super::hash(text.expose_secret());
    let secret = SessionSecret {
        counter,
        nonce,
        key_id: key.id,
        token_hash,
        previous_token_hash: None,
        rotated_at: now,
        pair_used: false,
    };
    (text, secret)
}

fn derive(user: UserId, session: SessionId, counter: i64, nonce: &[u8; 16], key: &Key) -> SecretString {
    let mut message = [0; 16 + 8 + 16];
    message[..16].copy_from_slice(session.as_bytes());
    message[16..24].copy_from_slice(&counter.to_be_bytes());
    message[24..].copy_from_slice(nonce);
    let mut token = Zeroizing::new([0; TOKEN]);
    token[..12].copy_from_slice(user.as_bytes());
    token[12..NAMES].copy_from_slice(session.as_bytes());
    token[NAMES..TAGGED].copy_from_slice(&key.sign(Purpose::RefreshToken, &message));
    let tag = key.sign(Purpose::RefreshTag, &token[..TAGGED]);
    token[TAGGED..].copy_from_slice(&tag[..TAG]);
    armour::seal(PREFIX, &*token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SecretKey;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use roster_domain::ObjectId;
    use roster_testkit::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn keys(seed: u64) -> KeyRing {
        KeyRing::new(vec![SecretKey::generate(&SeededEntropy::new(seed))]).unwrap()
    }

    fn session(user: [u8; 12], session: [u8; 16], seed: u64) -> (SecretString, Session) {
        let (user, id) = (UserId::from(ObjectId::from_bytes(user)), SessionId::from(Uuid::from_bytes(session)));
        let (text, secret) = RefreshToken::first(user, id, NOW, &keys(1), &SeededEntropy::new(seed));
        let user_agent = String::new();
        (text, Session { id, user, user_agent, created_at: NOW, last_used_at: NOW, expires_at: NOW, secret })
    }

    fn read(text: &SecretString) -> RefreshToken {
        RefreshToken::read(text.expose_secret(), &keys(1)).unwrap()
    }

    proptest! {
        #[test]
        fn names_its_user_and_session(user: [u8; 12], id: [u8; 16], seed: u64) {
            let (text, session) = session(user, id, seed);
            prop_assert_eq!(text.expose_secret().len(), 111);
            let expected = RefreshToken {
                user: session.user,
                session: session.id,
                hash: session.secret.token_hash,
                is_ours: true,
            };
            prop_assert_eq!(read(&text), expected);
        }

        #[test]
        fn can_be_made_again_with_its_key_and_not_without(user: [u8; 12], id: [u8; 16], seed: u64) {
            let (text, mut session) = session(user, id, seed);
            for text in [text, RefreshToken::next(&session, NOW, &keys(1), &SeededEntropy::new(seed)).0] {
                let again = RefreshToken::current(&session, &keys(1)).unwrap();
                prop_assert_eq!(again.expose_secret(), text.expose_secret());
                prop_assert!(RefreshToken::current(&session, &keys(2)).is_none());
                let (_, secret) = RefreshToken::next(&session, NOW, &keys(1), &SeededEntropy::new(seed));
                session.secret = secret;
            }
        }

        #[test]
        fn an_altered_token_is_not_ours(user: [u8; 12], id: [u8; 16], at: Index, flip in 1_u8..) {
            let (text, session) = session(user, id, 7);
            let mut payload = *armour::open::<TOKEN>(PREFIX, text.expose_secret()).unwrap();
            payload[at.index(TOKEN)] ^= flip;
            let forged = read(&armour::seal(PREFIX, &payload));
            prop_assert!(!forged.is_ours);
            prop_assert_ne!(forged.hash, session.secret.token_hash);
        }

        #[test]
        fn never_panics(text in "(rrt_)?\\PC{0,120}") {
            let _ = RefreshToken::read(&text, &keys(1));
        }
    }

    #[test]
    fn a_token_of_a_removed_key_is_read_and_not_ours() {
        let (text, session) = session([1; 12], [2; 16], 3);
        let token = RefreshToken::read(text.expose_secret(), &keys(2)).unwrap();
        assert_eq!((token.hash, token.is_ours), (session.secret.token_hash, false));
    }

    #[test]
    fn the_next_token_keeps_the_hash_of_the_one_before() {
        let (_, session) = session([1; 12], [2; 16], 3);
        let (text, next) = RefreshToken::next(&session, NOW, &keys(1), &SeededEntropy::new(4));
        assert_eq!(next.previous_token_hash, Some(session.secret.token_hash));
        assert_eq!((next.counter, next.rotated_at, next.pair_used), (1, NOW, false));
        assert_eq!(next.token_hash, read(&text).hash);
        assert_ne!(next.nonce, session.secret.nonce);
    }
}
