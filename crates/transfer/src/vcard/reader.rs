//! vCards to candidates.

use std::collections::VecDeque;

use roster_domain::InvalidCode;

use super::card::{Card, Ending};
use super::lines::Lines;
use super::property::Property;
use crate::source::Input;
use crate::{Failure, Original, Place, Problem, Row, SeveralNumbers};

/// Reads rows.
pub struct Reader<'a> {
    lines: Lines<'a>,
    several: SeveralNumbers,
    waiting: VecDeque<Row>,
    /// The card that is being read, and where it began.
    open: Option<(Card, u64)>,
    /// Where something of a card began that stands in none.
    stray: Option<u64>,
    /// Cards within the card: an agent's.
    depth: u64,
    /// Whether the last property was an agent, whose card comes next.
    is_agent: bool,
    has_any: bool,
    has_text: bool,
}

impl<'a> Reader<'a> {
    pub fn new(input: Input<'a>, several: SeveralNumbers) -> Self {
        let lines = Lines::new(input);
        let waiting = VecDeque::new();
        Self {
            lines,
            several,
            waiting,
            open: None,
            stray: None,
            depth: 0,
            is_agent: false,
            has_any: false,
            has_text: false,
        }
    }

    fn next_row(&mut self) -> Result<Option<Row>, Failure> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                return Ok(Some(row));
            }
            match self.lines.advance()? {
                Some(line) => self.take_line(line),
                None if self.open.is_some() => self.close(Ending::FileEnds),
                None if self.has_text && !self.has_any => {
                    return Err(Failure::Malformed { line: 1, what: "there is no vCard in it" });
                }
                None if self.stray.is_some() => self.end_stray(),
                None => return Ok(None),
            }
        }
    }

    fn take_line(&mut self, line: u64) {
        self.has_text |= !self.lines.line().trim_ascii().is_empty();
        let Some(property) = Property::parse(self.lines.line()) else { return };
        let is_card = property.value.trim_ascii().eq_ignore_ascii_case(b"VCARD");
        let was_agent = std::mem::replace(&mut self.is_agent, property.name == "AGENT");
        match (property.name.as_str(), &mut self.open) {
            ("BEGIN", Some(_)) if is_card && was_agent => self.depth += 1,
            // A card that has no end must not swallow the next one.
            ("BEGIN", _) if is_card => self.begin(Ending::NextBegins, line),
            // The last line of a file had no end before another file was put behind it.
            ("END", _) if property.value.trim_ascii().eq_ignore_ascii_case(b"VCARDBEGIN:VCARD") => {
                self.begin(Ending::Proper, line);
            }
            ("END", Some(_)) if is_card && self.depth > 0 => self.depth -= 1,
            ("END", Some(_)) if is_card => self.close(Ending::Proper),
            (_, Some((card, _))) if self.depth == 0 => card.read(&property),
            ("FN" | "N" | "TEL", None) if self.stray.is_none() => {
                self.lines.begin_card();
                self.stray = Some(line);
            }
            _ => {}
        }
    }

    fn begin(&mut self, before: Ending, line: u64) {
        self.close(before);
        self.end_stray();
        self.lines.begin_card();
        self.open = Some((Card::default(), line));
        self.has_any = true;
    }

    /// Whatever of a card stands in none is told of: it may have been one that lost its beginning.
    fn end_stray(&mut self) {
        let Some(line) = self.stray.take() else { return };
        let problem = Problem::of_row(InvalidCode::Malformed, "stands in no card: there is no BEGIN:VCARD before it");
        let (at, original) = (Place { line, part: 1 }, self.lines.original());
        self.waiting.push_back(Row { at, original, outcome: Err(vec![problem]), notes: Vec::new() });
    }

    fn close(&mut self, ending: Ending) {
        self.depth = 0;
        let Some((card, line)) = self.open.take() else { return };
        let original: Original = self.lines.original();
        let made = card.end(ending, self.several);
        for (part, (outcome, notes)) in (1..).zip(made) {
            let at = Place { line, part };
            self.waiting.push_back(Row { at, original: original.clone(), outcome, notes });
        }
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}
