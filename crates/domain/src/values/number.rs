//! A contact's number, kept verbatim.

use super::checked_string;
use super::invalid::{Invalid, InvalidCode, check_length};

/// 1 to 256 characters, exactly as they were written but for surrounding white space. Usually a phone number; but the
/// guide's own sample holds a group id (`120363045767536459`), `status` and a template text, and consumers rely on
/// reading back what they wrote. So nothing is forced on it: not even NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Reads it, trimmed. Tab, CR and LF may stand inside; other control characters may not.
    ///
    /// # Errors
    /// When it is empty or too long, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n')) {
            return Err(Invalid::new(
                InvalidCode::ControlCharacter,
                "must not hold control characters other than tab, CR and LF",
            ));
        }
        check_length(text, 1, 256)?;
        Ok(Self(text.to_owned()))
    }
}

checked_string!(Number);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("2348000000001")]
    #[case("120363045767536459")]
    #[case("status")]
    #[case("{Hi|Hello} [name] your message has no keyword here.")]
    #[case("+234 800\t000\r\n0001")]
    #[case("e\u{301}")]
    fn stays_as_written(#[case] text: &str) {
        assert_eq!(Number::parse(&format!(" {text}\n")).as_ref().map(Number::as_str), Ok(text));
    }

    #[rstest]
    #[case(" ", InvalidCode::Required)]
    #[case("1\u{0}2", InvalidCode::ControlCharacter)]
    #[case("1\u{7}2", InvalidCode::ControlCharacter)]
    fn refused(#[case] text: &str, #[case] code: InvalidCode) {
        assert_eq!(Number::parse(text).map_err(|e| e.code), Err(code));
    }

    proptest! {
        #[test]
        fn only_ever_trims(text in any::<String>()) {
            if let Ok(number) = Number::parse(&text) {
                prop_assert_eq!(number.as_str(), text.trim());
            }
        }

        #[test]
        fn takes_every_run_of_digits(digits in "[0-9]{1,256}") {
            prop_assert!(Number::parse(&digits).is_ok());
        }
    }
}
