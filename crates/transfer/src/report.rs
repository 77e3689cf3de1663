//! What became of each row, for the person who sent the file.

use std::io::{self, Write};

use crate::export::csv::Line;
use crate::{Original, Outcome, Place, Row};

/// Writes the report of an import: CSV with the line, the outcome, the reason, and the row as it stood; safe to open in
/// a spreadsheet.
pub struct ReportWriter<W: Write> {
    out: W,
    buffer: Vec<u8>,
}

/// So much is gathered before it is written.
const BUFFER: usize = 64 * 1024;

impl<W: Write> ReportWriter<W> {
    /// Begins a new report.
    pub fn begin(out: W) -> Self {
        let buffer = "\u{feff}line,part,outcome,reason,original\r\n".as_bytes().to_vec();
        Self { out, buffer }
    }

    /// Goes on with a report that was begun before: behind an interruption.
    pub const fn resume(out: W) -> Self {
        Self { out, buffer: Vec::new() }
    }

    /// What became of a row, and why: in words, or empty where nothing needs saying.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn row(&mut self, at: Place, outcome: Outcome, reason: &str, original: &Original) -> io::Result<()> {
        let mut line = Line::new(&mut self.buffer);
        line.plain(&at.line);
        line.plain(&at.part);
        line.text(outcome.as_str());
        line.text(reason);
        // NUL, as some files hold, ends the text in some programs.
        line.text(&original.as_str().replace('\0', "\u{fffd}"));
        line.end();
        if self.buffer.len() >= BUFFER { self.hand_on() } else { Ok(()) }
    }

    /// Writes what was gathered, so that it survives this process.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }

    /// Ends, and gives the writer back, flushed.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn end(mut self) -> io::Result<W> {
        self.flush()?;
        Ok(self.out)
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl Row {
    /// Everything that is wrong with it and everything that was noted, in words: the reason in a report.
    #[must_use]
    pub fn reason(&self) -> String {
        let problems = self.outcome.as_ref().err().into_iter().flatten().map(ToString::to_string);
        let notes = self.notes.iter().map(ToString::to_string);
        problems.chain(notes).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_became_of_rows_and_holds_no_formula() {
        let mut report = ReportWriter::begin(Vec::new());
        let original = Original::of(b"=cmd(),\"a\"\r\n", false);
        report.row(Place { line: 2, part: 1 }, Outcome::Invalid, "number must not be empty", &original).unwrap();
        let text = String::from_utf8(report.end().unwrap()).unwrap();
        assert_eq!(
            text,
            "\u{feff}line,part,outcome,reason,original\r\n2,1,invalid,number must not be empty,\"'=cmd(),\"\"a\"\"\"\r\n"
        );
    }
}
