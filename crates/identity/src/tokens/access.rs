//! Access tokens, `rat_…`: short-lived, signed, not stored.
//!
//! `rat_` and 102 letters: session (16 bytes), user (12), expiry (8, milliseconds since 1970, big-endian), generation
//! (4, big-endian), HMAC-SHA256 of those (32), checksum (4).

use roster_domain::{SessionId, Timestamp, UserId};
use secrecy::SecretString;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::armour;
use crate::keys::{KeyRing, Purpose};

const PREFIX: &str = "rat_";
const CLAIMS: usize = 16 + 12 + 8 + 4;
const TOKEN: usize = CLAIMS + 32;

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccessToken {
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
    pub(crate) expires_at: Timestamp,
    /// With which of the session's refresh tokens it was made: how often that had been rotated. So the first use of a
    /// new pair can be told from a late use of the old one.
    pub(crate) generation: u32,
}

impl AccessToken {
    /// The token's text.
    pub(crate) fn sign(&self, keys: &KeyRing) -> SecretString {
        let mut token = Zeroizing::new([0; TOKEN]);
        let (claims, mac) = token.split_at_mut(CLAIMS);
        claims[..16].copy_from_slice(self.session.as_bytes());
        claims[16..28].copy_from_slice(self.user.as_bytes());
        claims[28..36].copy_from_slice(&self.expires_at.millis().to_be_bytes());
        claims[36..].copy_from_slice(&self.generation.to_be_bytes());
        mac.copy_from_slice(&keys.sign(Purpose::AccessToken, claims));
        armour::seal(PREFIX, &*token)
    }

    /// Reads a token that was signed with a key of ours, expired or not.
    pub(crate) fn read(text: &str, keys: &KeyRing) -> Option<Self> {
        let token = armour::open::<TOKEN>(PREFIX, text)?;
        let (claims, mac) = token.split_at(CLAIMS);
        if !keys.verify(Purpose::AccessToken, claims, mac) {
            return None;
        }
        let (session, claims) = claims.split_first_chunk()?;
        let (user, claims) = claims.split_at_checked(12)?;
        let (expiry, generation) = claims.split_at_checked(8)?;
        Some(Self {
            session: SessionId::from(Uuid::from_bytes(*session)),
            user: UserId::try_from(user).ok()?,
            expires_at: Timestamp::from_millis(i64::from_be_bytes(expiry.try_into().ok()?)),
            generation: u32::from_be_bytes(generation.try_into().ok()?),
        })
    }

    /// Whether its time is over.
    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SecretKey;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use roster_domain::ObjectId;
    use roster_testkit::SeededEntropy;
    use secrecy::ExposeSecret;

    fn keys(seed: u64) -> KeyRing {
        KeyRing::new(vec![SecretKey::generate(&SeededEntropy::new(seed))]).unwrap()
    }

    prop_compose! {
        fn tokens()(session: [u8; 16], user: [u8; 12], millis: i64, generation: u32) -> AccessToken {
            AccessToken {
                session: SessionId::from(Uuid::from_bytes(session)),
                user: UserId::from(ObjectId::from_bytes(user)),
                expires_at: Timestamp::from_millis(millis),
                generation,
            }
        }
    }

    proptest! {
        #[test]
        fn reads_back_what_it_signed(token in tokens()) {
            let text = token.sign(&keys(1));
            prop_assert_eq!(text.expose_secret().len(), 106);
            prop_assert_eq!(AccessToken::read(text.expose_secret(), &keys(1)), Some(token));
        }

        #[test]
        fn reads_nothing_of_a_foreign_key(token in tokens()) {
            prop_assert_eq!(AccessToken::read(token.sign(&keys(2)).expose_secret(), &keys(1)), None);
        }

        #[test]
        fn reads_nothing_altered_even_with_a_right_checksum(token in tokens(), at: Index, flip in 1_u8..) {
            let text = token.sign(&keys(1));
            let mut payload = *armour::open::<TOKEN>(PREFIX, text.expose_secret()).unwrap();
            payload[at.index(TOKEN)] ^= flip;
            let forged = armour::seal(PREFIX, &payload);
            prop_assert_eq!(AccessToken::read(forged.expose_secret(), &keys(1)), None);
        }

        #[test]
        fn reads_nothing_signed_for_another_purpose(token in tokens()) {
            let text = token.sign(&keys(1));
            let mut payload = *armour::open::<TOKEN>(PREFIX, text.expose_secret()).unwrap();
            let mac = keys(1).sign(Purpose::RefreshToken, &payload[..CLAIMS]);
            payload[CLAIMS..].copy_from_slice(&mac);
            let forged = armour::seal(PREFIX, &payload);
            prop_assert_eq!(AccessToken::read(forged.expose_secret(), &keys(1)), None);
        }

        #[test]
        fn never_panics(text in "(rat_)?\\PC{0,110}") {
            let _ = AccessToken::read(&text, &keys(1));
        }
    }

    #[test]
    fn expires_at_its_very_millisecond() {
        let expires_at = Timestamp::from_millis(1000);
        let (session, user) = (SessionId::from(Uuid::nil()), UserId::from(ObjectId::from_bytes([1; 12])));
        let token = AccessToken { session, user, expires_at, generation: 0 };
        assert!(!token.is_expired(Timestamp::from_millis(999)));
        assert!(token.is_expired(expires_at));
    }
}
