//! What became of a system's documents, for the person who moves it in.

use std::io::{self, Write};

use roster_domain::RowOutcome;

use crate::export::csv::Line;

/// Writes the report of a system that moves in: CSV with the file, the line, the outcome, the reason, and the row as it
/// stood; of what holds credentials its id alone. Safe to open in a spreadsheet. Nothing is written before there is
/// something to tell.
pub struct SystemReport<'w> {
    out: &'w mut (dyn Write + Send),
    buffer: Vec<u8>,
    rows: u64,
}

/// So much is gathered before it is written.
const BUFFER: usize = 64 * 1024;

impl<'w> SystemReport<'w> {
    /// One that goes here.
    pub fn new(out: &'w mut (dyn Write + Send)) -> Self {
        Self { out, buffer: Vec::new(), rows: 0 }
    }

    /// So many documents it tells of.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn row(
        &mut self,
        file: &str,
        line_number: u64,
        outcome: RowOutcome,
        reason: &str,
        original: &str,
    ) -> io::Result<()> {
        if self.rows == 0 {
            self.buffer.extend_from_slice("\u{feff}file,line,outcome,reason,original\r\n".as_bytes());
        }
        self.rows += 1;
        let mut line = Line::new(&mut self.buffer);
        line.text(file);
        line.plain(&line_number);
        line.text(outcome.as_str());
        line.text(reason);
        line.original(original);
        line.end();
        if self.buffer.len() >= BUFFER { self.hand_on() } else { Ok(()) }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        self.hand_on()?;
        self.out.flush()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_became_of_documents_and_holds_no_formula() {
        let mut out = Vec::new();
        let mut report = SystemReport::new(&mut out);
        report.flush().unwrap();
        report.row("contacts.json", 2, RowOutcome::Skipped, "its client isn't there", "=cmd()").unwrap();
        report.flush().unwrap();
        assert_eq!(report.rows(), 1);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\u{feff}file,line,outcome,reason,original\r\ncontacts.json,2,skipped,its client isn't there,'=cmd()\r\n"
        );
    }
}
