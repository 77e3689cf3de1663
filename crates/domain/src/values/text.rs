//! Text for people: normalised (NFC), trimmed, without control characters.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::checked_string;
use super::invalid::{Invalid, InvalidCode, check_length};

/// Trims, normalises to NFC and refuses control characters, NUL among them.
pub(super) fn normalise(text: &str) -> Result<Cow<'_, str>, Invalid> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(Invalid::new(InvalidCode::ControlCharacter, "must not hold control characters"));
    }
    Ok(match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    })
}

macro_rules! text_values {
    ($(#[$doc:meta] $name:ident $min:literal..=$max:literal),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Reads it: NFC, trimmed.
            ///
            /// # Errors
            /// When it holds control characters or has too few or too many characters.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                let text = normalise(text)?;
                check_length(&text, $min, $max)?;
                Ok(Self(text.into_owned()))
            }
        }

        checked_string!($name);
    )+};
}

text_values! {
    /// What a contact is called: 0 to 256 characters.
    ContactName 0..=256,
    /// What a contact group is called: 1 to 256 characters.
    GroupTitle 1..=256,
    /// What a client is called: 1 to 256 characters.
    ClientName 1..=256,
    /// A user's first or last name: 0 to 128 characters.
    PersonName 0..=128,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("  Amina Bello\n", Ok("Amina Bello"))]
    #[case("", Ok(""))]
    #[case("e\u{301}", Ok("\u{e9}"))]
    #[case("a\u{0}b", Err(InvalidCode::ControlCharacter))]
    #[case("a\u{85}b", Err(InvalidCode::ControlCharacter))]
    #[case("a\nb", Err(InvalidCode::ControlCharacter))]
    fn contact_names(#[case] text: &str, #[case] expected: Result<&str, InvalidCode>) {
        let parsed = ContactName::parse(text);
        assert_eq!(parsed.as_ref().map(ContactName::as_str).map_err(|e| e.code), expected);
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert!(ContactName::parse(&"é".repeat(256)).is_ok());
        assert_eq!(ContactName::parse(&"é".repeat(257)).map_err(|e| e.code), Err(InvalidCode::TooLong));
    }

    #[test]
    fn a_title_must_say_something() {
        assert_eq!(GroupTitle::parse(" \t ").map_err(|e| e.code), Err(InvalidCode::Required));
    }

    proptest! {
        #[test]
        fn what_was_parsed_parses_to_itself(text in any::<String>()) {
            if let Ok(name) = ContactName::parse(&text) {
                prop_assert_eq!(ContactName::parse(name.as_str()), Ok(name.clone()));
                prop_assert!(!name.as_str().chars().any(char::is_control));
                prop_assert!(name.as_str().chars().count() <= 256);
            }
        }
    }
}
