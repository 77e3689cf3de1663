//! The keys in use, and a subkey of each for every purpose.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::SecretKey;

/// What a signature is for. Each has a subkey of its own: what was signed for one never counts for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Access tokens of sessions.
    AccessToken,
    /// What refresh tokens are derived from.
    RefreshToken,
    /// What tells a refresh token that was ours from a forged one.
    RefreshTag,
    /// The names of the counters of attempts.
    Attempts,
    /// The cursors of paged lists.
    Cursor,
}

type Subkey = Zeroizing<[u8; 32]>;

/// One or more secret keys: the first signs, all verify. Cheap to clone; wiped when the last clone is dropped.
#[derive(Clone)]
pub struct KeyRing(Arc<Keys>);

struct Keys {
    first: Key,
    others: Vec<Key>,
}

/// One key's subkeys.
pub(crate) struct Key {
    /// Names the key without telling it.
    pub(crate) id: [u8; 8],
    access_token: Subkey,
    refresh_token: Subkey,
    refresh_tag: Subkey,
    attempts: Subkey,
    cursor: Subkey,
}

impl KeyRing {
    /// The ring of these keys; `None` if there are none.
    #[must_use]
    pub fn new(keys: Vec<SecretKey>) -> Option<Self> {
        let mut keys = keys.into_iter().map(|key| Key::derive(&key));
        Some(Self(Arc::new(Keys { first: keys.next()?, others: keys.collect() })))
    }

    /// HMAC-SHA256 of the message, with the first key's subkey for this purpose.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> [u8; 32] {
        self.0.first.sign(purpose, message)
    }

    /// Whether some key of the ring signed this message for this purpose. How long that takes tells nothing about how
    /// much of the signature was right, nor which key made it.
    #[must_use]
    pub fn verify(&self, purpose: Purpose, message: &[u8], mac: &[u8]) -> bool {
        self.keys().fold(Choice::from(0), |good, key| good | key.sign(purpose, message).ct_eq(mac)).into()
    }

    /// As [`KeyRing::verify`], of a signature that was cut after its first bytes.
    pub(crate) fn verify_start(&self, purpose: Purpose, message: &[u8], start: &[u8]) -> bool {
        let matches = |key: &Key| key.sign(purpose, message).get(..start.len()).map(|mac| mac.ct_eq(start));
        self.keys().filter_map(matches).fold(Choice::from(0), |good, this| good | this).into()
    }

    /// The key that signs.
    pub(crate) fn first(&self) -> &Key {
        &self.0.first
    }

    /// The key of this id. `None`: the ring doesn't hold it any more.
    pub(crate) fn key(&self, id: [u8; 8]) -> Option<&Key> {
        self.keys().find(|key| key.id == id)
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.0.first).chain(&self.0.others)
    }
}

/// Shows which keys, by their ids.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.keys().map(|key| format!("{:016x}", u64::from_be_bytes(key.id)));
        f.debug_list().entries(ids).finish()
    }
}

impl Key {
    /// The labels are versioned: another way of deriving gets another number, and nothing signed the old way counts.
    fn derive(secret: &SecretKey) -> Self {
        let subkey = |label: &str| Zeroizing::new(hmac(secret.bytes(), label.as_bytes()));
        let [a, b, c, d, e, f, g, h, ..] = *subkey("roster/v1/key-id");
        Self {
            id: [a, b, c, d, e, f, g, h],
            access_token: subkey("roster/v1/access-token"),
            refresh_token: subkey("roster/v1/refresh-token"),
            refresh_tag: subkey("roster/v1/refresh-tag"),
            attempts: subkey("roster/v1/attempts"),
            cursor: subkey("roster/v1/cursor"),
        }
    }

    /// As [`KeyRing::sign`], with this key.
    pub(crate) fn sign(&self, purpose: Purpose, message: &[u8]) -> [u8; 32] {
        let subkey = match purpose {
            Purpose::AccessToken => &self.access_token,
            Purpose::RefreshToken => &self.refresh_token,
            Purpose::RefreshTag => &self.refresh_tag,
            Purpose::Attempts => &self.attempts,
            Purpose::Cursor => &self.cursor,
        };
        hmac(subkey, message)
    }
}

/// HMAC pads a short key with zeros to its hash's block (RFC 2104, 2), which is 64 bytes for SHA-256.
fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    let mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
    mac.chain_update(message).finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_testkit::SeededEntropy;

    const PURPOSES: [Purpose; 5] =
        [Purpose::AccessToken, Purpose::RefreshToken, Purpose::RefreshTag, Purpose::Attempts, Purpose::Cursor];

    fn key(seed: u64) -> SecretKey {
        SecretKey::generate(&SeededEntropy::new(seed))
    }

    fn ring(seeds: &[u64]) -> KeyRing {
        KeyRing::new(seeds.iter().copied().map(key).collect()).unwrap()
    }

    #[test]
    fn is_hmac_sha256() {
        let key = [7; 32];
        let reference = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(b"message").finalize().into_bytes();
        assert_eq!(hmac(&key, b"message"), <[u8; 32]>::from(reference));
    }

    #[test]
    fn no_keys_make_no_ring() {
        assert!(KeyRing::new(Vec::new()).is_none());
    }

    #[test]
    fn the_first_signs_and_all_verify() {
        let (old, new) = (ring(&[1]), ring(&[2, 1]));
        for purpose in PURPOSES {
            let before = old.sign(purpose, b"message");
            assert!(new.verify(purpose, b"message", &before));
            let after = new.sign(purpose, b"message");
            assert_eq!(after, ring(&[2]).sign(purpose, b"message"));
            assert!(!old.verify(purpose, b"message", &after));
        }
        assert_ne!(old.first().id, new.first().id);
        for purpose in PURPOSES {
            let again = new.key(old.first().id).map(|key| key.sign(purpose, b"message"));
            assert_eq!(again, Some(old.sign(purpose, b"message")));
            assert!(old.key(new.first().id).is_none());
        }
    }

    #[test]
    fn a_signature_counts_for_its_purpose_and_message_alone() {
        let ring = ring(&[1]);
        for signed in PURPOSES {
            let mac = ring.sign(signed, b"message");
            for asked in PURPOSES {
                assert_eq!(ring.verify(asked, b"message", &mac), asked == signed);
            }
            assert!(!ring.verify(signed, b"massage", &mac));
            assert!(!ring.verify(signed, b"message", &mac[..31]));
            assert!(!ring.verify(signed, b"message", b""));
            for bit in 0..256 {
                let mut altered = mac;
                altered[bit / 8] ^= 1 << (bit % 8);
                assert!(!ring.verify(signed, b"message", &altered), "bit {bit}");
            }
        }
    }

    #[test]
    fn prints_nothing_but_key_ids() {
        let id = u64::from_be_bytes(ring(&[1]).first().id);
        assert_eq!(format!("{:?}", ring(&[1])), format!("[\"{id:016x}\"]"));
    }
}
