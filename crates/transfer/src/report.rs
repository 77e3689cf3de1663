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

/// So many rows are told of at most. A small file may unpack to so many that a report of all would fill a disk.
const MOST: u64 = 1_000_000;

/// So many are told of with all that is kept of the row as it stood; those behind them with its beginning.
const MOST_WHOLE: u64 = 1_000;

/// So many bytes are a beginning.
const BEGINNING: usize = 256;

/// What became of a row, and why: in words, or empty where nothing needs saying; behind so many others. `false`: it isn't
/// told, as the report has ended.
pub fn row(to: &mut Vec<u8>, before: u64, at: Place, outcome: RowOutcome, reason: &str, original: &Original) -> bool {
    if before >= MOST {
        return false;
    }
    let mut line = Line::new(to);
    line.plain(&at.line);
    line.plain(&at.part);
    line.text(outcome.as_str());
    line.text(reason);
    line.original(&original.beginning(if before < MOST_WHOLE { Original::MAX } else { BEGINNING }));
    line.end();
    if before + 1 == MOST {
        let mut last = Line::new(to);
        last.text("");
        last.text("");
        last.text("");
        last.text("the report ends here; the counts tell of the rows behind as well");
        last.text("");
        last.end();
    }
    true
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
        let at = Place { line: 2, part: 1 };
        assert!(row(&mut report, 0, at, RowOutcome::Invalid, "number must not be empty", &original));
        let text = String::from_utf8(report).unwrap();
        assert_eq!(text, "2,1,invalid,number must not be empty,\"'=cmd(),\"\"a\"\"\"\r\n");
    }

    #[test]
    fn a_report_is_bounded() {
        let long = "x".repeat(Original::MAX + 1);
        let told = |before| {
            let (mut report, original) = (Vec::new(), Original::of(long.as_bytes(), false));
            let is_told = row(&mut report, before, Place { line: 2, part: 1 }, RowOutcome::Invalid, "", &original);
            (is_told, String::from_utf8(report).unwrap())
        };
        let line = |length: usize| format!("2,1,invalid,,{}…\r\n", "x".repeat(length));
        assert_eq!(told(MOST_WHOLE - 1), (true, line(Original::MAX)));
        assert_eq!(told(MOST_WHOLE), (true, line(BEGINNING)));
        assert_eq!(told(MOST - 2), (true, line(BEGINNING)));
        let (is_told, last) = told(MOST - 1);
        assert!(is_told && last.starts_with(&line(BEGINNING)) && last.lines().count() == 2, "{last}");
        assert_eq!(told(MOST), (false, String::new()));
    }
}
