//! Instants at whole milliseconds, and the clock they come from.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

/// An instant in UTC, at whole milliseconds: what every stored and answered time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 instant")]
pub struct MalformedTimestamp;

impl Timestamp {
    /// From milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339; what is finer than a millisecond is cut off.
    ///
    /// # Errors
    /// When the text is not RFC 3339.
    pub fn parse(text: &str) -> Result<Self, MalformedTimestamp> {
        DateTime::parse_from_rfc3339(text)
            .map(|instant| Self(instant.timestamp_millis()))
            .map_err(|_| MalformedTimestamp)
    }

    /// The same instant as chrono's type, for stores that speak it.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// This instant, later by so long, to the millisecond.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        self.plus_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }

    /// This instant, earlier by so long, to the millisecond.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        self.plus_millis(i64::try_from(duration.as_millis()).map_or(i64::MIN, |millis| -millis))
    }

    /// This instant, later by so many milliseconds.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.timestamp_millis())
    }
}

/// RFC 3339 in UTC with milliseconds, as the guide prints it: `2023-07-07T20:15:45.962Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// Where the present comes from. The binary injects the system's clock, tests one they move by hand.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_what_the_guide_prints() {
        let text = "2023-07-07T20:15:45.962Z";
        assert_eq!(Timestamp::parse(text).map(|t| t.to_string()), Ok(text.to_owned()));
    }

    #[test]
    fn cuts_what_is_finer_than_a_millisecond() {
        let fine = Timestamp::parse("2023-07-07T20:15:45.962999Z");
        assert_eq!(fine, Timestamp::parse("2023-07-07T21:15:45.962+01:00"));
    }

    proptest! {
        #[test]
        fn reads_back_what_it_prints(millis in 0..253_402_300_799_999_i64) {
            let instant = Timestamp::from_millis(millis);
            prop_assert_eq!(Timestamp::parse(&instant.to_string()), Ok(instant));
        }

        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = Timestamp::parse(&text);
        }
    }
}
