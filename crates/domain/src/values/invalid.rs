//! What was wrong with a value.

use std::borrow::Cow;

use validator::ValidateLength;

/// Why a value was refused, for programs: the `code` of a field error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidCode {
    /// It must be there.
    Required,
    /// It must not be null.
    Null,
    /// It is of another JSON type.
    WrongType,
    /// It has too few characters.
    TooShort,
    /// It has too many characters.
    TooLong,
    /// A number beyond its bounds.
    OutOfRange,
    /// It holds a control character.
    ControlCharacter,
    /// It doesn't have the form it must have.
    Malformed,
    /// A password that is guessed first.
    TooCommon,
    /// It doesn't repeat what it must repeat.
    Mismatch,
    /// It names nothing the caller can reach.
    Unknown,
    /// A parameter given more than once.
    Repeated,
    /// Only allowed together with another.
    NotAllowed,
}

impl InvalidCode {
    /// The code as it is answered.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Null => "null",
            Self::WrongType => "wrong_type",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::OutOfRange => "out_of_range",
            Self::ControlCharacter => "control_character",
            Self::Malformed => "malformed",
            Self::TooCommon => "too_common",
            Self::Mismatch => "mismatch",
            Self::Unknown => "unknown",
            Self::Repeated => "repeated",
            Self::NotAllowed => "not_allowed",
        }
    }
}

/// A value that was refused. The message never repeats it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    /// For programs.
    pub code: InvalidCode,
    /// For people: a phrase that goes on from the field's name.
    pub message: Cow<'static, str>,
}

impl Invalid {
    /// With this phrase.
    pub fn new(code: InvalidCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Refuses texts shorter or longer than so many characters (Unicode scalar values).
pub(super) fn check_length(text: &str, min: u64, max: u64) -> Result<(), Invalid> {
    if min > 0 && text.is_empty() {
        return Err(Invalid::new(InvalidCode::Required, "must not be empty"));
    }
    if !text.validate_length(Some(min), None, None) {
        return Err(Invalid::new(InvalidCode::TooShort, format!("must have at least {min} characters")));
    }
    if !text.validate_length(None, Some(max), None) {
        return Err(Invalid::new(InvalidCode::TooLong, format!("must have at most {max} characters")));
    }
    Ok(())
}
