//! Contacts as CSV.

use std::io::Write;

use roster_domain::ports::SnapshotRow;
use roster_domain::{SurveySortId, Timestamp};

use crate::csv::guard;
use crate::csv::header::OURS;

/// The mark by which spreadsheets know UTF-8, and the header.
pub fn begin(to: &mut Vec<u8>) {
    to.extend_from_slice("\u{feff}".as_bytes());
    to.extend_from_slice(OURS.join(",").as_bytes());
    to.extend_from_slice(b"\r\n");
}

/// A contact, its cells in the order of the header.
pub fn row(row: &SnapshotRow, to: &mut Vec<u8>) {
    let contact = &row.contact;
    let mut line = Line { to, is_first: true };
    line.text(contact.name.as_str());
    line.number(contact.number.as_str());
    line.text(row.group_title.as_str());
    line.text(contact.channel.as_str());
    line.id(Some(&contact.id.digits()));
    line.id(Some(&contact.client_id.digits()));
    line.id(Some(&contact.group_id.digits()));
    line.id(contact.transaction.survey_id.map(|id| id.digits()).as_ref());
    line.survey_sort_id(contact.transaction.survey_sort_id.as_ref());
    line.time(contact.created_at);
    line.time(contact.updated_at);
    line.plain(&contact.legacy_version);
    line.end();
}

/// A line while it is written.
pub struct Line<'b> {
    to: &'b mut Vec<u8>,
    is_first: bool,
}

impl<'b> Line<'b> {
    pub fn new(to: &'b mut Vec<u8>) -> Self {
        Self { to, is_first: true }
    }

    /// A text, kept from being a formula or a number.
    pub fn text(&mut self, text: &str) {
        self.guarded(text, guard::is_needed(text));
    }

    /// A row as it stood in a file.
    pub fn original(&mut self, text: &str) {
        // NUL, as some files hold, ends the text in some programs.
        self.text(&text.replace('\0', "\u{fffd}"));
    }

    /// A contact's number.
    fn number(&mut self, text: &str) {
        self.guarded(text, guard::is_needed_for_number(text));
    }

    /// An id, or nothing.
    fn id(&mut self, digits: Option<&[u8; 24]>) {
        self.text(digits.and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default());
    }

    /// An instant.
    fn time(&mut self, at: Timestamp) {
        match at.digits() {
            Some(text) => self.text(str::from_utf8(&text).unwrap_or_default()),
            None => self.text(&at.to_string()),
        }
    }

    /// A whole number as one, a text that could be one, or nothing, as a text.
    fn survey_sort_id(&mut self, value: Option<&SurveySortId>) {
        match value {
            None => self.guarded("", false),
            Some(SurveySortId::Integer(integer)) => self.plain(integer),
            Some(SurveySortId::Text(text)) => self.guarded(text, text.is_empty() || guard::is_needed(text)),
        }
    }

    /// What needs no quotes.
    pub fn plain(&mut self, value: &impl std::fmt::Display) {
        self.begin_cell();
        // Writing into memory doesn't fail.
        let _ = write!(self.to, "{value}");
    }

    pub fn end(self) {
        self.to.extend_from_slice(b"\r\n");
    }

    fn begin_cell(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.to.push(b',');
        }
    }

    fn guarded(&mut self, text: &str, is_guarded: bool) {
        self.begin_cell();
        // Semicolons, tabs and bars too: some programs take them for the delimiter, and what follows for a cell.
        let is_quoted = text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n' | b';' | b'\t' | b'|'))
            || text.starts_with(char::is_whitespace)
            || text.ends_with(char::is_whitespace);
        if is_quoted {
            self.to.push(b'"');
        }
        if is_guarded {
            self.to.push(b'\'');
        }
        if text.contains('"') {
            self.to.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        } else {
            self.to.extend_from_slice(text.as_bytes());
        }
        if is_quoted {
            self.to.push(b'"');
        }
    }
}
