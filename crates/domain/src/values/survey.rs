//! A contact's place in a survey.

use super::invalid::{Invalid, InvalidCode, check_length};

/// An integer or a text of at most 64 characters: consumers get back the JSON type they sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SurveySortId {
    /// Sent as a JSON number.
    Integer(i64),
    /// Sent as a JSON string.
    Text(String),
}

impl SurveySortId {
    /// Reads the digits of a JSON number.
    ///
    /// # Errors
    /// When it isn't a whole number of 64 bits with its sign.
    pub fn parse_integer(digits: &str) -> Result<Self, Invalid> {
        digits
            .parse()
            .map(Self::Integer)
            .map_err(|_| Invalid::new(InvalidCode::OutOfRange, "must be a whole number of at most 64 bits"))
    }

    /// Reads a text as it stands.
    ///
    /// # Errors
    /// When it is too long or holds control characters.
    pub fn parse_text(text: &str) -> Result<Self, Invalid> {
        if text.chars().any(char::is_control) {
            return Err(Invalid::new(InvalidCode::ControlCharacter, "must not hold control characters"));
        }
        check_length(text, 0, 64)?;
        Ok(Self::Text(text.to_owned()))
    }

    /// The integer, if it is one.
    #[must_use]
    pub const fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            Self::Text(_) => None,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Integer(_) => None,
            Self::Text(text) => Some(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("7", Ok(7))]
    #[case("-7", Ok(-7))]
    #[case("9223372036854775807", Ok(i64::MAX))]
    #[case("9223372036854775808", Err(InvalidCode::OutOfRange))]
    #[case("1.5", Err(InvalidCode::OutOfRange))]
    #[case("1e3", Err(InvalidCode::OutOfRange))]
    fn integers(#[case] digits: &str, #[case] expected: Result<i64, InvalidCode>) {
        assert_eq!(SurveySortId::parse_integer(digits).map_err(|e| e.code), expected.map(SurveySortId::Integer));
    }

    proptest! {
        #[test]
        fn texts_stay_as_they_are(text in any::<String>()) {
            let good = text.chars().count() <= 64 && !text.chars().any(char::is_control);
            let parsed = SurveySortId::parse_text(&text);
            prop_assert_eq!(parsed.is_ok(), good);
            if good {
                prop_assert_eq!(parsed, Ok(SurveySortId::Text(text)));
            }
        }
    }
}
