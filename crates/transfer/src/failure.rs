//! Why a file can't be read, or not any further.

use std::io;

/// What ends the reading. No message repeats what the file holds.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The reader that was handed in failed.
    #[error("the file could not be read")]
    Read(#[source] io::Error),
    /// It ends where more must come: a download or an upload that broke off.
    #[error("the file is cut off: it ends in the middle")]
    Cut,
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It isn't, or from here on no longer is, what it seemed to be.
    #[error("line {line}: {what}")]
    Malformed {
        /// Where, from 1; in BSON the number of the document.
        line: u64,
        /// What it isn't.
        what: &'static str,
    },
    /// Another program's own format.
    #[error("this is {0}, which can't be read: save it as CSV, vCard or JSON first")]
    Foreign(&'static str),
    /// No column is known to hold numbers.
    #[error(
        "no column of the first line is known to hold numbers: say which, as in number=Phone, or by its place in a \
         file without a header, as in number=2"
    )]
    NoNumberColumn {
        /// What the first line holds (at most 100 cells).
        columns: Vec<String>,
    },
    /// A column that was named isn't there.
    #[error("there is no column {0:?}")]
    NoSuchColumn(String),
    /// No encoding has this name.
    #[error("there is no encoding {0:?}")]
    UnknownEncoding(String),
    /// What was packed can't be unpacked.
    #[error("the packed file is damaged")]
    Damaged,
    /// It unpacks to more than may be read.
    #[error("the file unpacks to more than is read")]
    TooLarge,
    /// Users, clients and groups come as JSON or BSON.
    #[error("this must be JSON or BSON")]
    NotDocuments,
}

/// Carried through `io::Error` by the reader that unpacks.
#[derive(Debug, thiserror::Error)]
#[error("unpacks to too much")]
pub(crate) struct UnpacksToTooMuch;

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if matches!(error.get_ref(), Some(inner) if inner.is::<UnpacksToTooMuch>()) {
            return Self::TooLarge;
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Cut,
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Damaged,
            _ => Self::Read(error),
        }
    }
}
