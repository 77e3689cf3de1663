//! What became of each row, for the person who sent the file: CSV with the line, the outcome, the reason, and the row as
//! it stood; safe to open in a spreadsheet.

use roster_domain::RowOutcome;

use crate::export::csv::Line;
use crate::{Original, Place, Row};

/// What a report begins with: its parts, as an import keeps them, are the lines behind that.
#[must_use]
pub const fn report_header() -> &'static [u8] {
    "\u{feff}line,part,outcome,reason,original\r\n".as_bytes()
}

/// What became of a row, and why: in words, or empty where nothing needs saying.
pub fn line(to: &mut Vec<u8>, at: Place, outcome: RowOutcome, reason: &str, original: &Original) {
    let mut line = Line::new(to);
    line.plain(&at.line);
    line.plain(&at.part);
    line.text(outcome.as_str());
    line.text(reason);
    // NUL, as some files hold, ends the text in some programs.
    line.text(&original.as_str().replace('\0', "\u{fffd}"));
    line.end();
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
        let mut report = Vec::new();
        let original = Original::of(b"=cmd(),\"a\"\r\n", false);
        line(&mut report, Place { line: 2, part: 1 }, RowOutcome::Invalid, "number must not be empty", &original);
        let text = String::from_utf8(report).unwrap();
        assert_eq!(text, "2,1,invalid,number must not be empty,\"'=cmd(),\"\"a\"\"\"\r\n");
    }
}
