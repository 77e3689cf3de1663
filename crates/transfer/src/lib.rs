//! Contacts in and out: the formats, which wait for nothing but the reader or writer that is handed in, and over them
//! what is the same for the command line and for HTTP: contacts that go into a store, or come out of one, through its
//! ports.
//!
//! # In
//!
//! ```text
//!  bytes ─► Source::open ─► Contacts ─► Row { at, original, outcome: Candidate or Problems, notes }
//! ```
//!
//! [`Source::open`] looks at the first bytes: gzip is unwrapped, the encoding and the [`SourceFormat`] are recognised.
//! [`Source::contacts`] then is an iterator of [`Row`]s. A row is one candidate contact: what can't become one is a row
//! too, with everything that is wrong with it, so that whoever counts rows counts all of them. The iterator itself
//! fails only where what follows can't be read ([`Failure`]): the file is cut off, or isn't what it seemed. The same
//! bytes and options give the same rows in the same order, so whoever was interrupted can go on by counting.
//!
//! What spreadsheets did to numbers is recognised. Where the number can be told for certain it is put right and the row
//! carries a [`Note`]; where it can't the row is invalid. Nothing is guessed in silence.
//!
//! ```
//! use roster_transfer::{Failure, Hints, Options, Source};
//!
//! # fn main() -> Result<(), Failure> {
//! let file = "Name;Phone\nAmina Bello;'+2348031234567\n";
//! let source = Source::open(file.as_bytes(), &Hints::default())?;
//! for row in source.contacts(Options::default())? {
//!     let row = row?;
//!     assert_eq!(row.at.line, 2);
//!     assert!(row.outcome.is_ok_and(|candidate| candidate.number.as_str() == "+2348031234567"));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Source::users`], [`Source::clients`] and [`Source::groups`] read the other collections of the system behind the
//! guide, and [`MovingIn`] takes such a system in as a whole.
//!
//! [`Importer`] takes a file into a client as an [`ImportRequest`] says: two thousand rows a step, matched with what is
//! there. [`ImportWorkers`] do so with the files that were handed over.
//!
//! # Out
//!
//! [`Export`] writes contacts as an [`ExportFormat`] into any `Write`; what it writes, [`Source`] reads back to the
//! same contacts. [`Export::whole`] writes what a store's snapshot holds.
//!
//! # Accounting
//!
//! [`Tally`](roster_domain::Tally) counts outcomes and says whether the sums hold; a report, which begins with
//! [`report_header`], tells what became of each row that there is something to tell of.
//!
//! # Bounds
//!
//! Memory doesn't grow with the file, nor with a row: longer ones than [`LONGEST_ROW`] are invalid and skipped. Nothing
//! here panics, whatever the bytes.

#![warn(missing_docs)]

mod counted;
mod csv;
mod documents;
mod export;
mod failure;
mod fields;
mod file_name;
mod format;
mod import;
mod import_request;
mod lines;
mod names;
mod options;
mod reach;
mod report;
mod row;
mod source;
mod system;
mod tally;
mod vcard;

pub use counted::Counted;
pub use csv::column_map::{ColumnMap, Field};
pub use documents::system::{Record, Records, SystemClient, SystemGroup, SystemUser};
pub use export::Export;
pub use export::snapshot::ExportError;
pub use failure::Failure;
pub use file_name::content_disposition;
pub use format::{ExportFormat, SourceFormat};
pub use import::{End, ImportError, ImportLimits, ImportWorkers, Imported, Importer, RunningWorkers, new_lease};
pub use import_request::{ImportRequest, yes_or_no};
pub use options::{Options, SeveralNumbers};
pub use report::report_header;
pub use row::{Candidate, GroupReference, Note, NoteKind, Original, Place, Problem, Row};
pub use source::{Contacts, Hints, Limits, Source};
pub use system::{Collection, Credentials, Dump, MovedIn, MovingIn, SystemEnd, SystemError, SystemReport, SystemStore};

/// The longest row that is read, in bytes: what a document may have in MongoDB.
pub const LONGEST_ROW: usize = 16 * 1024 * 1024;
