//! What is asked of a reading.

use roster_domain::Region;

use crate::ColumnMap;

/// How candidates are made of what is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which column is what, where the header doesn't say it in words that are known. For CSV, and for the members of
    /// JSON objects.
    pub map: ColumnMap,
    /// What becomes of the second number of a card or a row.
    pub several: SeveralNumbers,
    /// Where national numbers are at home: tells when a spreadsheet has taken a leading zero for certain.
    pub region: Option<Region>,
}

/// What becomes of the second number of a card or a row, and of those behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeveralNumbers {
    /// One contact with the number that most likely reaches a phone's messages; the others are noted.
    #[default]
    Preferred,
    /// A contact for each, which counts as a row each.
    OneEach,
}
