//! The public half of a client's credentials.

use super::checked_string;
use super::invalid::{Invalid, InvalidCode};

/// A client's `session_id`: opaque, 1 to 128 visible ASCII characters, compared byte by byte. New ones are UUIDs;
/// imported ones are kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientSessionId(String);

impl ClientSessionId {
    /// Reads it as it stands.
    ///
    /// # Errors
    /// When it isn't 1 to 128 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(InvalidCode::Malformed, "must be 1 to 128 visible ASCII characters"))
        }
    }
}

checked_string!(ClientSessionId);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn takes_visible_ascii_only(text in any::<String>()) {
            let good = (1..=128).contains(&text.len()) && text.bytes().all(|b| (0x21..=0x7e).contains(&b));
            prop_assert_eq!(ClientSessionId::parse(&text).is_ok(), good);
        }
    }
}
