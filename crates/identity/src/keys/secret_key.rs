//! One key as the operator writes it.

use std::fmt;

use roster_domain::Entropy;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// 256 bits that only the server knows. Never printed, wiped when dropped.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; 32]>);

/// The text isn't a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret key is exactly 64 hexadecimal digits")]
pub struct MalformedKey;

impl SecretKey {
    /// Reads exactly 64 hex digits of either case.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn from_hex(text: &str) -> Result<Self, MalformedKey> {
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| MalformedKey)?;
        let mut key = Self(Zeroizing::new([0; 32]));
        for (byte, pair) in key.0.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (nibble(pair[0])? << 4) | nibble(pair[1])?;
        }
        Ok(key)
    }

    /// A new one.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut key = Self(Zeroizing::new([0; 32]));
        entropy.fill(&mut *key.0);
        key
    }

    /// As [`SecretKey::from_hex`] reads it, in lower case.
    #[must_use]
    pub fn to_hex(&self) -> SecretString {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = Zeroizing::new(String::with_capacity(64));
        for byte in *self.0 {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        SecretString::from(text.as_str())
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn nibble(digit: u8) -> Result<u8, MalformedKey> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).ok_or(MalformedKey)
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use roster_testkit::SeededEntropy;
    use secrecy::ExposeSecret;

    proptest! {
        #[test]
        fn reads_back_what_it_writes(seed: u64) {
            let key = SecretKey::generate(&SeededEntropy::new(seed));
            let text = key.to_hex();
            let again = SecretKey::from_hex(&text.expose_secret().to_uppercase()).unwrap();
            prop_assert_eq!(again.bytes(), key.bytes());
        }

        #[test]
        fn takes_nothing_but_64_hex_digits(text in "[0-9a-fA-F]{62,66}|\\PC{0,70}") {
            let good = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            prop_assert_eq!(SecretKey::from_hex(&text).is_ok(), good);
        }
    }

    #[test]
    fn is_never_printed() {
        let key = SecretKey::from_hex(&"ab".repeat(32)).unwrap();
        assert_eq!(format!("{key:?} {:?}", key.to_hex()), "SecretKey(…) SecretBox<str>([REDACTED])");
    }
}
