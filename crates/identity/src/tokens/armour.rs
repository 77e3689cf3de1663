//! The outside that all our tokens share: `prefix`, then base64url of the payload and a CRC-32, without padding.
//!
//! The prefix is what secret scanners look for, the checksum what they (and we) tell a real token from garbage by.
//! There is exactly one spelling of each token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use zeroize::Zeroizing;

const CHECKSUM: usize = 4;

/// Wraps a payload.
pub(super) fn seal(prefix: &str, payload: &[u8]) -> SecretString {
    let mut bytes = Zeroizing::new(Vec::with_capacity(payload.len() + CHECKSUM));
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&checksum(prefix, payload));
    let mut text = Zeroizing::new(String::with_capacity(prefix.len() + bytes.len().div_ceil(3) * 4));
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(&*bytes, &mut text);
    SecretString::from(text.as_str())
}

/// The payload, if the text has the prefix, the length, the spelling and the checksum of such a token.
pub(super) fn open<const N: usize>(prefix: &str, text: &str) -> Option<Zeroizing<[u8; N]>> {
    let encoded = text.strip_prefix(prefix)?;
    if Some(encoded.len()) != base64::encoded_len(N + CHECKSUM, false) {
        return None;
    }
    // This engine refuses padding and trailing bits that aren't zero.
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
    let (payload, sum) = bytes.split_at_checked(N)?;
    let payload: Zeroizing<[u8; N]> = Zeroizing::new(payload.try_into().ok()?);
    (sum == checksum(prefix, &*payload)).then_some(payload)
}

/// Over the prefix too, so that one kind of token can't be rewritten into another by its first letters alone.
fn checksum(prefix: &str, payload: &[u8]) -> [u8; CHECKSUM] {
    let mut sum = crc32fast::Hasher::new();
    sum.update(prefix.as_bytes());
    sum.update(payload);
    sum.finalize().to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use secrecy::ExposeSecret;

    proptest! {
        #[test]
        fn opens_what_it_sealed(payload: [u8; 32]) {
            let token = seal("rct_", &payload);
            prop_assert_eq!(open("rct_", token.expose_secret()).map(|opened| *opened), Some(payload));
        }

        #[test]
        fn opens_nothing_altered(payload: [u8; 28], at: Index, byte in 0x20_u8..0x7f) {
            let token = seal("rrt_", &payload);
            let mut altered = token.expose_secret().as_bytes().to_vec();
            let at = at.index(altered.len());
            prop_assume!(altered[at] != byte);
            altered[at] = byte;
            prop_assert_eq!(open::<28>("rrt_", std::str::from_utf8(&altered).unwrap()), None);
        }

        #[test]
        fn opens_nothing_shorter_or_longer(payload: [u8; 28], keep: Index, more in "\\PC{1,5}") {
            let token = seal("rrt_", &payload);
            let text = token.expose_secret();
            prop_assert_eq!(open::<28>("rrt_", &text[..keep.index(text.len())]), None);
            prop_assert_eq!(open::<28>("rrt_", &format!("{text}{more}")), None);
            prop_assert_eq!(open::<28>("rrt_", &format!("{more}{text}")), None);
            prop_assert_eq!(open::<27>("rrt_", text), None);
            prop_assert_eq!(open::<29>("rrt_", text), None);
        }

        #[test]
        fn opens_no_other_kind(payload: [u8; 28]) {
            let token = seal("rrt_", &payload);
            prop_assert_eq!(open::<28>("rat_", token.expose_secret()), None);
            prop_assert_eq!(open::<28>("rat_", &token.expose_secret().replace("rrt_", "rat_")), None);
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = open::<28>("rrt_", &text);
            let _ = open::<28>("", &text);
        }
    }

    #[test]
    fn there_is_one_spelling() {
        // 28 bytes and 4 of checksum leave two bits of the last letter unused.
        let token = seal("rrt_", &[7; 28]);
        let text = token.expose_secret();
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=";
        let spellings = letters.chars().filter(|last| {
            let respelt = format!("{}{last}", &text[..text.len() - 1]);
            open::<28>("rrt_", &respelt).is_some()
        });
        assert_eq!(spellings.count(), 1);
    }
}
