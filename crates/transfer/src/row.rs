//! What a file holds, row by row.

use std::borrow::Cow;
use std::fmt;

use roster_domain::{
    Channel, ClientId, ContactId, ContactName, GroupId, GroupTitle, Invalid, InvalidCode, Number, Timestamp,
    Transaction,
};

/// One candidate contact, good or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub at: Place,
    /// The row as it stood.
    pub original: Original,
    /// The contact, or everything that is wrong with it.
    pub outcome: Result<Candidate, Vec<Problem>>,
    /// What was put right, or left out, on the way.
    pub notes: Vec<Note>,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line it begins in, from 1; in BSON, which has no lines, the number of the document.
    pub line: u64,
    /// Which of the candidates of that card or line it is, from 1.
    pub part: u32,
}

/// A row as it stood: its beginning, where it is long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    text: String,
    is_cut: bool,
}

impl Original {
    /// So many bytes are kept.
    pub const MAX: usize = 64 * 1024;

    /// Of these bytes, or of these and more.
    pub(crate) fn of(bytes: &[u8], mut is_cut: bool) -> Self {
        let start = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let ending = bytes.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let mut bytes = bytes.get(start..bytes.len() - ending).unwrap_or_default();
        if bytes.len() > Self::MAX {
            let mut end = Self::MAX;
            // Not within a character.
            while end > Self::MAX - 4 && (bytes[end] & 0xc0) == 0x80 {
                end -= 1;
            }
            (bytes, is_cut) = (&bytes[..end], true);
        }
        let text = match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => text.to_owned(),
            // Replacements are longer than what they replace.
            Cow::Owned(mut text) => {
                let end = text.floor_char_boundary(Self::MAX);
                is_cut |= end < text.len();
                text.truncate(end);
                text
            }
        };
        Self { text, is_cut }
    }

    /// The text; bytes that aren't one are replaced.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// At most so many bytes of it, with a mark where it went on.
    pub(crate) fn beginning(&self, most: usize) -> Cow<'_, str> {
        let end = self.text.floor_char_boundary(most);
        if end == self.text.len() && !self.is_cut {
            return Cow::Borrowed(&self.text);
        }
        Cow::Owned(format!("{}…", &self.text[..end]))
    }

    /// Whether it went on.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }
}

/// A contact as a file tells of it. What is `None` the file doesn't say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// `_id`.
    pub id: Option<ContactId>,
    /// Whose it was, in a dump.
    pub client: Option<ClientId>,
    /// What it is called.
    pub name: Option<ContactName>,
    /// Its number.
    pub number: Number,
    /// The platform it is reached on.
    pub channel: Option<Channel>,
    /// Where it stands.
    pub group: Option<GroupReference>,
    /// The survey it is taking part in.
    pub transaction: Transaction,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// `__v`.
    pub legacy_version: Option<i64>,
}

impl Candidate {
    /// With a number and nothing else.
    #[must_use]
    pub fn of(number: Number) -> Self {
        Self {
            id: None,
            client: None,
            name: None,
            number,
            channel: None,
            group: None,
            transaction: Transaction::default(),
            created_at: None,
            updated_at: None,
            legacy_version: None,
        }
    }
}

/// How a file names a group: by its id, by its title, or by both. The id counts where the client has a group with it,
/// else the title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupReference {
    /// Its `_id` in the system that the file is from.
    pub id: Option<GroupId>,
    /// What it is called there.
    pub title: Option<GroupTitle>,
}

impl GroupReference {
    /// `None` where the file names none.
    pub(crate) fn of(id: Option<GroupId>, title: Option<GroupTitle>) -> Option<Self> {
        (id.is_some() || title.is_some()).then_some(Self { id, title })
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The column as the file calls it; empty where it is the row as a whole.
    pub column: String,
    /// Why it was refused. Never repeats what the column holds.
    pub invalid: Invalid,
}

impl Problem {
    pub(crate) fn new(column: impl Into<String>, invalid: Invalid) -> Self {
        Self { column: column.into(), invalid }
    }

    /// Of the row as a whole.
    pub(crate) fn of_row(code: InvalidCode, message: &'static str) -> Self {
        Self::new("", Invalid::new(code, message))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column.as_str() {
            "" => write!(f, "the row {}", self.invalid),
            column => write!(f, "{column} {}", self.invalid),
        }
    }
}

/// What was put right, or left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The column as the file calls it.
    pub column: String,
    /// What happened there.
    pub kind: NoteKind,
}

/// What happened to a value on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// Another number of the same card or row, which was not taken.
    OtherNumber(String),
    /// Another group of the same card or row, which was not taken.
    OtherGroup(String),
    /// An apostrophe before the value, by which spreadsheets keep it as text, was taken off.
    Apostrophe,
    /// A formula around the value (`="08030000001"`), by which it is kept as text too, was taken off.
    TextFormula,
    /// A number that a spreadsheet had made a decimal one (`2348000000001.0`) lost its decimals.
    Decimals,
    /// A number in scientific notation with all its digits (`2.348000000001E+12`) was written out.
    WrittenOut,
    /// The zero that the numbers of the region begin with was put back.
    LostZero,
    /// The country code of another column was put before the number.
    CountryCode,
    /// A number ends in zeros behind its fifteenth digit, as those do that a spreadsheet has rounded. It was kept.
    PerhapsRounded,
    /// Invisible characters around a number, which come along when it is copied, were taken off.
    Invisible,
    /// A card without an end: the next one begins in it.
    NoEnd,
}

impl NoteKind {
    /// Its word, for programs.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::OtherNumber(_) => "other_number",
            Self::OtherGroup(_) => "other_group",
            Self::Apostrophe => "apostrophe",
            Self::TextFormula => "text_formula",
            Self::Decimals => "decimals",
            Self::WrittenOut => "written_out",
            Self::LostZero => "lost_zero",
            Self::CountryCode => "country_code",
            Self::PerhapsRounded => "perhaps_rounded",
            Self::Invisible => "invisible",
            Self::NoEnd => "no_end",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = &self.column;
        match &self.kind {
            NoteKind::OtherNumber(number) => write!(f, "{column}: another number, not taken: {number}"),
            NoteKind::OtherGroup(title) => write!(f, "{column}: another group, not taken: {title}"),
            NoteKind::Apostrophe => write!(f, "{column}: a leading apostrophe was taken off"),
            NoteKind::TextFormula => write!(f, "{column}: the formula around it was taken off"),
            NoteKind::Decimals => write!(f, "{column}: decimals were taken off"),
            NoteKind::WrittenOut => write!(f, "{column}: scientific notation was written out"),
            NoteKind::LostZero => write!(f, "{column}: the leading zero was put back"),
            NoteKind::CountryCode => write!(f, "{column}: the country code was put before it"),
            NoteKind::PerhapsRounded => {
                write!(f, "{column}: a spreadsheet may have rounded this number; kept as it is")
            }
            NoteKind::Invisible => write!(f, "{column}: invisible characters were taken off"),
            NoteKind::NoEnd => f.write_str("the card has no end"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_original_is_bounded(bytes: Vec<u8>, times in 1_usize..3_000) {
            let long = bytes.repeat(times);
            let original = Original::of(&long, false);
            prop_assert!(original.as_str().len() <= Original::MAX);
            prop_assert!(original.is_cut() || long.len() <= Original::MAX);
        }

        #[test]
        fn a_short_text_stands_as_it_stood(text in "[^\r\n]{0,40}") {
            let original = Original::of(format!("{text}\r\n").as_bytes(), false);
            prop_assert_eq!(original.as_str(), text);
            prop_assert!(!original.is_cut());
        }
    }
}
