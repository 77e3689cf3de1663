//! Instants at whole milliseconds, and the clock they come from.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};

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

    /// Reads RFC 3339; what is finer than a millisecond counts as the next one.
    ///
    /// # Errors
    /// When the text is not RFC 3339.
    pub fn parse_rounded_up(text: &str) -> Result<Self, MalformedTimestamp> {
        let instant = DateTime::parse_from_rfc3339(text).map_err(|_| MalformedTimestamp)?;
        let begun = i64::from(instant.timestamp_subsec_nanos() % 1_000_000 != 0);
        Ok(Self(instant.timestamp_millis() + begun))
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
        match self.digits() {
            Some(text) => f.write_str(std::str::from_utf8(&text).unwrap_or_default()),
            None => f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true)),
        }
    }
}

impl Timestamp {
    /// Its text as ASCII, in one pass, since a list of contacts holds two for every row; of times from the year 0001 to
    /// 9999, whose texts are equally long.
    #[must_use]
    pub fn digits(self) -> Option<[u8; 24]> {
        const DAY: i64 = 86_400_000;
        let date = NaiveDate::from_epoch_days(i32::try_from(self.0.div_euclid(DAY)).ok()?)?;
        if !(1..=9999).contains(&date.year()) {
            return None;
        }
        let millis = self.0.rem_euclid(DAY);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut put = |end: usize, digits: usize, mut number: u64| {
            for at in (end - digits..end).rev() {
                text[at] = b'0' + u8::try_from(number % 10).unwrap_or_default();
                number /= 10;
            }
        };
        put(4, 4, u64::from(date.year().unsigned_abs()));
        put(7, 2, u64::from(date.month()));
        put(10, 2, u64::from(date.day()));
        let millis = millis.unsigned_abs();
        put(13, 2, millis / 3_600_000);
        put(16, 2, millis / 60_000 % 60);
        put(19, 2, millis / 1_000 % 60);
        put(23, 3, millis % 1_000);
        Some(text)
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
        fn prints_as_the_library_does(millis in -80_000_000_000_000..300_000_000_000_000_i64) {
            let instant = Timestamp::from_millis(millis);
            let printed = instant.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true);
            prop_assert_eq!(instant.to_string(), printed);
        }

        #[test]
        fn rounds_up_to_no_earlier(millis in 0..253_402_300_798_999_i64, nanos in 0..1_000_000_u32) {
            let text = Timestamp::from_millis(millis).to_string().replace('Z', &format!("{nanos:06}Z"));
            let rounded = Timestamp::from_millis(millis + i64::from(nanos > 0));
            prop_assert_eq!(Timestamp::parse_rounded_up(&text), Ok(rounded));
        }

        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = (Timestamp::parse(&text), Timestamp::parse_rounded_up(&text));
        }
    }
}
