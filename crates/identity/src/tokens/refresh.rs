//! Refresh tokens, `rrt_…`: as long-lived as their session, stored as a hash.
//!
//! `rrt_` and 86 letters: user (12 bytes), session (16), secret (32), checksum (4). The secret is the HMAC-SHA256 of
//! session, counter and nonce, so the server can make the current token again from what it stores and its key; but a
//! token is only ever checked by its hash, so that it outlives the key.

use roster_domain::{Entropy, SessionId, SessionSecret, TokenHash, UserId};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::armour;
use crate::keys::{KeyRing, Purpose};

const PREFIX: &str = "rrt_";
const NAMES: usize = 12 + 16;
const TOKEN: usize = NAMES + 32;

/// What a refresh token names, and the hash it is checked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) hash: TokenHash,
}

impl RefreshToken {
    /// The first token of a new session, and what the session keeps of it.
    pub(crate) fn first(
        user: UserId,
        session: SessionId,
        keys: &KeyRing,
        entropy: &dyn Entropy,
    ) -> (SecretString, SessionSecret) {
        let counter = 0;
        let mut nonce = [0; 16];
        entropy.fill(&mut nonce);
        let text = derive(user, session, counter, &nonce, keys);
        let token_hash = super::hash(text.expose_secret());
        let key_id = keys.signing_key();
        (text, SessionSecret { counter, nonce, key_id, token_hash, previous_token_hash: None })
    }

    /// Reads a token that has our form. Whether it is ours only the session's hash can tell.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let token = armour::open::<TOKEN>(PREFIX, text)?;
        let (user, rest) = token.split_at_checked(12)?;
        let (session, _secret) = rest.split_first_chunk()?;
        Some(Self {
            user: UserId::try_from(user).ok()?,
            session: SessionId::from(Uuid::from_bytes(*session)),
            hash: super::hash(text),
        })
    }
}

fn derive(user: UserId, session: SessionId, counter: i64, nonce: &[u8; 16], keys: &KeyRing) -> SecretString {
    let mut message = [0; 16 + 8 + 16];
    message[..16].copy_from_slice(session.as_bytes());
    message[16..24].copy_from_slice(&counter.to_be_bytes());
    message[24..].copy_from_slice(nonce);
    let mut token = Zeroizing::new([0; TOKEN]);
    token[..12].copy_from_slice(user.as_bytes());
    token[12..NAMES].copy_from_slice(session.as_bytes());
    token[NAMES..].copy_from_slice(&keys.sign(Purpose::RefreshToken, &message));
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

    fn keys(seed: u64) -> KeyRing {
        KeyRing::new(vec![SecretKey::generate(&SeededEntropy::new(seed))]).unwrap()
    }

    fn names(user: [u8; 12], session: [u8; 16]) -> (UserId, SessionId) {
        (UserId::from(ObjectId::from_bytes(user)), SessionId::from(Uuid::from_bytes(session)))
    }

    proptest! {
        #[test]
        fn names_its_user_and_session(user: [u8; 12], session: [u8; 16], seed: u64) {
            let (user, session) = names(user, session);
            let (text, secret) = RefreshToken::first(user, session, &keys(1), &SeededEntropy::new(seed));
            prop_assert_eq!(text.expose_secret().len(), 90);
            let hash = secret.token_hash;
            prop_assert_eq!(RefreshToken::read(text.expose_secret()), Some(RefreshToken { user, session, hash }));
        }

        #[test]
        fn can_be_made_again_with_the_key_and_not_without(user: [u8; 12], session: [u8; 16], seed: u64) {
            let (user, session) = names(user, session);
            let (text, secret) = RefreshToken::first(user, session, &keys(1), &SeededEntropy::new(seed));
            let again = |keys: &KeyRing| derive(user, session, secret.counter, &secret.nonce, keys);
            let (same, other) = (again(&keys(1)), again(&keys(2)));
            prop_assert_eq!(same.expose_secret(), text.expose_secret());
            prop_assert_ne!(other.expose_secret(), text.expose_secret());
            prop_assert_eq!(secret.key_id, keys(1).signing_key());
        }

        #[test]
        fn an_altered_token_has_another_hash(user: [u8; 12], session: [u8; 16], at: Index, flip in 1_u8..) {
            let (user, session) = names(user, session);
            let (text, secret) = RefreshToken::first(user, session, &keys(1), &SeededEntropy::new(7));
            let mut payload = *armour::open::<TOKEN>(PREFIX, text.expose_secret()).unwrap();
            payload[at.index(TOKEN)] ^= flip;
            let forged = RefreshToken::read(armour::seal(PREFIX, &payload).expose_secret()).unwrap();
            prop_assert_ne!(forged.hash, secret.token_hash);
        }

        #[test]
        fn never_panics(text in "(rrt_)?\\PC{0,100}") {
            let _ = RefreshToken::read(&text);
        }
    }
}
