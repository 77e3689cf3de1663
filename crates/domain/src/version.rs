//! Which state of a row a caller has seen, and what they want to hold before they change it.

use std::ops::RangeInclusive;

use crate::Timestamp;

/// The years 0000 to 9999, in milliseconds since 1970: what RFC 3339 can write. No row is made at another time.
const WRITABLE: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// One state of a row. Two writes in one millisecond differ in the revision, and a row made anew under an old id in the
/// time it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// When the row was made.
    pub created_at: Timestamp,
    /// How often it was changed since.
    pub revision: i64,
}

impl Version {
    /// Whether a row can be in it. One that was only claimed to be seen may be of a time that no store can hold, or be
    /// asked for.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        WRITABLE.contains(&self.created_at.millis())
    }
}

/// What must hold of a row for a write to be done (RFC 9110, 13.1.1: `If-Match`). It is judged in the same act as the
/// write, and also where the write would change nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing but that the row is there.
    #[default]
    Exists,
    /// It is in one of these states.
    OneOf(Vec<Version>),
}

impl Precondition {
    /// Whether a row in this state may be written.
    #[must_use]
    pub fn admits(&self, version: Version) -> bool {
        match self {
            Self::Exists => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }

    /// The states it must be in one of; `None`: any. Stores compare several with what they have read, but may look for
    /// a single one: so that is left out when no row can be in it.
    #[must_use]
    pub fn versions(&self) -> Option<&[Version]> {
        match self {
            Self::Exists => None,
            Self::OneOf(versions) => match versions.as_slice() {
                [only] if !only.is_possible() => Some(&[]),
                versions => Some(versions),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made_at(millis: i64) -> Version {
        Version { created_at: Timestamp::from_millis(millis), revision: 0 }
    }

    #[test]
    fn rows_are_made_in_years_of_four_digits() {
        let at = |text| Timestamp::parse(text).unwrap().millis();
        let (first, last) = (at("0000-01-01T00:00:00Z"), at("9999-12-31T23:59:59.999Z"));
        for (millis, possible) in
            [(first, true), (first - 1, false), (last, true), (last + 1, false), (i64::MIN, false), (i64::MAX, false)]
        {
            assert_eq!(made_at(millis).is_possible(), possible, "{millis}");
        }
    }

    #[test]
    fn a_single_impossible_version_is_none() {
        let versions = |precondition: Precondition| precondition.versions().map(<[_]>::to_vec);
        assert_eq!(versions(Precondition::Exists), None);
        assert_eq!(versions(Precondition::OneOf(vec![made_at(i64::MIN)])), Some(vec![]));
        assert_eq!(versions(Precondition::OneOf(vec![made_at(0)])), Some(vec![made_at(0)]));
    }

    proptest! {
        #[test]
        fn what_is_left_out_admits_no_row(
            claimed in prop::collection::vec(prop::sample::select(&[i64::MIN, -1, 0, 1, i64::MAX][..]), 0..3),
            made in -1..=1_i64,
        ) {
            let row = made_at(made);
            let precondition = Precondition::OneOf(claimed.into_iter().map(made_at).collect());
            let left = precondition.versions().map(<[_]>::to_vec).unwrap_or_default();
            prop_assert_eq!(precondition.admits(row), left.contains(&row));
        }
    }
}
