//! The platform a contact is reached on.

use std::borrow::Cow;

use super::invalid::{Invalid, InvalidCode};

/// `[a-z0-9_]{1,32}`, `whatsapp` where nobody says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel(Cow<'static, str>);

impl Channel {
    const MAX: usize = 32;
    const DEFAULT: &str = "whatsapp";

    /// Reads it as it stands.
    ///
    /// # Errors
    /// When it isn't 1 to 32 lower-case letters, digits and underscores.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(good) {
            Ok(Self::from_stored(text))
        } else {
            Err(Invalid::new(
                InvalidCode::Malformed,
                format!("must be 1 to {} lower-case letters, digits and underscores", Self::MAX),
            ))
        }
    }

    /// What a store kept: it was parsed before it was stored, under the rules of its day. The usual one takes no memory
    /// of its own.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        if text == Self::DEFAULT { Self::default() } else { Self(Cow::Owned(text.to_owned())) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Channel {
    fn default() -> Self {
        Self(Cow::Borrowed(Self::DEFAULT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_default_is_a_good_one() {
        assert_eq!(Channel::parse(Channel::default().as_str()), Ok(Channel::default()));
    }

    proptest! {
        #[test]
        fn takes_what_its_rule_says(text in "[a-z0-9_]{1,32}") {
            prop_assert!(Channel::parse(&text).is_ok());
        }

        #[test]
        fn takes_nothing_else(text in "[a-z0-9_]{0,5}[^a-z0-9_][a-z0-9_]{0,5}|[a-z]{33,40}|") {
            prop_assert!(Channel::parse(&text).is_err());
        }
    }
}
