//! CSV to candidates.

use std::collections::VecDeque;

use roster_domain::{Channel, ContactName, GroupTitle, Invalid, InvalidCode, Number, SurveySortId};

use super::columns::{Column, Columns, Role};
use super::damage::{self, Found};
use super::parts::Parts;
use super::records::Records;
use super::{country_code, delimiter, guard};
use crate::fields::{id, time};
use crate::names;
use crate::reach::Reach;
use crate::source::Input;
use crate::{Failure, Note, NoteKind, Options, Place, Problem, Row, SeveralNumbers};

/// Reads rows.
pub struct Reader<'a> {
    records: Records<'a>,
    columns: Columns,
    options: Options,
    /// The other rows of a record with several numbers.
    waiting: VecDeque<Row>,
    /// The first record, when it isn't a header.
    is_first_a_row: bool,
}

/// What stands between the values of one cell in Google's exports.
const BETWEEN: &str = ":::";

impl<'a> Reader<'a> {
    pub fn open(input: Input<'a>, beginning: &[u8], options: Options) -> Result<Self, Failure> {
        let (delimiter, skip) = delimiter::recognise(beginning, &options.map);
        let mut records = Records::new(input, delimiter);
        if skip > 0 {
            records.skip_line(skip)?;
        }
        loop {
            if !records.advance()? {
                return Err(Failure::Empty);
            }
            if !records.is_blank() {
                break;
            }
        }
        let first: Vec<String> =
            (0..records.len()).map(|at| String::from_utf8_lossy(records.cell(at)).into_owned()).collect();
        let first: Vec<&str> = first.iter().map(String::as_str).collect();
        let columns = Columns::of(&first, &options.map)?;
        let is_first_a_row = !columns.has_header;
        Ok(Self { records, columns, options, waiting: VecDeque::new(), is_first_a_row })
    }

    fn next_row(&mut self) -> Result<Option<Row>, Failure> {
        if let Some(row) = self.waiting.pop_front() {
            return Ok(Some(row));
        }
        if !std::mem::take(&mut self.is_first_a_row) {
            loop {
                if !self.records.advance()? {
                    return Ok(None);
                }
                if !self.records.is_blank() {
                    break;
                }
            }
        }
        let reading = Reading { records: &self.records, columns: &self.columns, options: &self.options };
        let (row, others) = reading.rows();
        self.waiting.extend(others);
        Ok(Some(row))
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

/// One record while it is read.
struct Reading<'r> {
    records: &'r Records<'r>,
    columns: &'r Columns,
    options: &'r Options,
}

/// More numbers, or groups, has nobody: memory is bounded by it.
const MOST_OF_A_KIND: usize = 100;

/// What was found of a record, its numbers apart.
#[derive(Default)]
struct Gathered<'r> {
    candidate: Parts<'r>,
    numbers: Vec<Stated<'r>>,
    problems: Vec<Problem>,
    notes: Vec<Note>,
}

/// A number where it stands.
struct Stated<'r> {
    reach: Reach,
    column: &'r Column,
    text: &'r str,
    /// Its apostrophe says that it is text: then no spreadsheet has touched it.
    is_text: bool,
}

impl<'r> Reading<'r> {
    fn rows(&self) -> (Row, Vec<Row>) {
        let original = self.records.original();
        let at = Place { line: self.records.line(), part: 1 };
        let mut gathered = Gathered::default();
        if self.records.is_too_long() {
            let message = "is too long: perhaps a quote before it is never closed";
            gathered.problems.push(Problem::of_row(InvalidCode::TooLong, message));
            return (Row { at, original, outcome: Err(gathered.problems), notes: Vec::new() }, Vec::new());
        }
        for column in &self.columns.read {
            self.read(column, &mut gathered);
        }
        self.name(&mut gathered);
        self.look_beyond(&mut gathered);
        if gathered.numbers.len() > MOST_OF_A_KIND {
            gathered.numbers.truncate(MOST_OF_A_KIND);
            gathered.problems.push(Problem::of_row(InvalidCode::TooLong, "has too many numbers"));
        }
        let Gathered { candidate: parts, mut numbers, mut problems, mut notes } = gathered;
        problems.truncate(MOST_OF_A_KIND);
        notes.truncate(MOST_OF_A_KIND);
        numbers.sort_by_key(|number| number.reach);
        only_once(&mut numbers);
        let mut rows = Vec::new();
        let mut others = numbers.iter().skip(1);
        if self.options.several == SeveralNumbers::Preferred {
            for other in others.by_ref() {
                let kind = NoteKind::OtherNumber(cut(other.text));
                notes.push(Note { column: other.column.name.clone(), kind });
            }
        }
        for (part, other) in (2..).zip(others) {
            let (mut problems, mut notes) = (problems.clone(), notes.clone());
            let number = self.number(other, parts.country_code, &mut problems, &mut notes);
            // There are two contacts now, and one id.
            let outcome = parts.clone_without_id().candidate(number, problems);
            rows.push(Row { at: Place { part, ..at }, original: original.clone(), outcome, notes });
        }
        let number = match numbers.first() {
            Some(first) => self.number(first, parts.country_code, &mut problems, &mut notes),
            None => {
                problems.push(self.no_number());
                None
            }
        };
        (Row { at, original, outcome: parts.candidate(number, problems), notes }, rows)
    }

    /// Reads a cell. What is blank says nothing.
    fn read(&self, column: &'r Column, to: &mut Gathered<'r>) {
        let Ok(raw) = std::str::from_utf8(self.records.cell(column.at)) else {
            let invalid = Invalid::new(InvalidCode::Malformed, "holds bytes that are no text in the file's encoding");
            to.problems.push(Problem::new(column.name.clone(), invalid));
            return;
        };
        let trimmed = raw.trim();
        if trimmed.is_empty() && column.role != Role::SurveySortId {
            return;
        }
        let is_number = matches!(column.role, Role::Number(_));
        let needed = if is_number { guard::is_needed_for_number } else { guard::is_needed };
        let unguarded = guard::taken_off(trimmed, needed);
        if unguarded.is_some() && !self.columns.is_ours {
            to.notes.push(Note { column: column.name.clone(), kind: NoteKind::Apostrophe });
        }
        let text = unguarded.unwrap_or(trimmed);
        let Gathered { candidate: parts, numbers, problems, notes } = to;
        match column.role {
            Role::Ignored => {}
            Role::Id => parts.id = take(column, id(text), problems),
            Role::Client => parts.client = take(column, id(text), problems),
            Role::GroupId => parts.group_id = take(column, id(text), problems),
            Role::SurveyId => parts.survey_id = take(column, id(text), problems),
            Role::SurveySortId => parts.survey_sort_id = take(column, survey_sort_id(raw), problems).flatten(),
            Role::Name if parts.whole.is_none() => {
                parts.name = take(column, ContactName::parse(text), problems);
                parts.whole = Some(text);
            }
            Role::Name => {}
            Role::Part(part) => parts.pieces[part as usize] = text,
            Role::Organisation => parts.organisation = text,
            Role::Nickname => parts.nickname = text,
            Role::CountryCode => parts.country_code = text,
            Role::Number(_) if numbers.len() > MOST_OF_A_KIND => {}
            Role::Number(reach) => {
                numbers.push(Stated { reach, column, text, is_text: unguarded.is_some() });
            }
            Role::Numbers => self.numbers(column, trimmed, numbers),
            Role::Group => parts.title = take(column, GroupTitle::parse(text), problems),
            Role::Groups => groups(column, text, parts, problems, notes),
            Role::Channel => parts.channel = take(column, Channel::parse(text), problems),
            Role::CreatedAt => parts.created_at = take(column, time(text), problems),
            Role::UpdatedAt => parts.updated_at = take(column, time(text), problems),
            Role::Version => parts.version = take(column, whole_number(text), problems),
        }
    }

    /// The numbers of one label, each to be looked at by itself.
    fn numbers(&self, column: &'r Column, text: &'r str, numbers: &mut Vec<Stated<'r>>) {
        let label = column.label.and_then(|at| std::str::from_utf8(self.records.cell(at)).ok()).unwrap_or_default();
        let Some(reach) = Reach::of_label(label) else { return };
        for text in text.split(BETWEEN).map(str::trim).filter(|text| !text.is_empty()) {
            let unguarded = guard::taken_off(text, guard::is_needed_for_number);
            if numbers.len() <= MOST_OF_A_KIND {
                let is_text = unguarded.is_some();
                numbers.push(Stated { reach, column, text: unguarded.unwrap_or(text), is_text });
            }
        }
    }

    /// The name, where it is told in parts or not as one.
    fn name(&self, to: &mut Gathered<'r>) {
        let parts = &mut to.candidate;
        if parts.whole.is_some() {
            return;
        }
        let mut name = String::new();
        names::join(parts.pieces, &mut name);
        for fallback in [parts.organisation, parts.nickname] {
            if name.is_empty() {
                name.push_str(fallback);
            }
        }
        if !name.is_empty() {
            match ContactName::parse(&name) {
                Ok(parsed) => parts.name = Some(parsed),
                Err(invalid) => to.problems.push(Problem::new("name", invalid)),
            }
        }
    }

    /// What stands right of the last column has slipped there.
    fn look_beyond(&self, to: &mut Gathered<'r>) {
        let has_more =
            (self.columns.count..self.records.len()).any(|at| !self.records.cell(at).trim_ascii().is_empty());
        if has_more && self.columns.has_header {
            let message = "has more cells than the header: perhaps one holds the delimiter and isn't quoted";
            to.problems.push(Problem::of_row(InvalidCode::Malformed, message));
        }
    }

    fn number(
        &self,
        from: &Stated<'_>,
        country_code: &str,
        problems: &mut Vec<Problem>,
        notes: &mut Vec<Note>,
    ) -> Option<Number> {
        let note = |kind| Note { column: from.column.name.clone(), kind };
        let mut repaired = None;
        if !from.is_text && from.text.len() <= LONGEST_NUMBER {
            // Twice: invisible characters hide what else there is.
            for _ in 0..2 {
                let text = repaired.as_deref().unwrap_or(from.text);
                match damage::inspect(text, self.options.region.as_ref()) {
                    Found::Sound(_) => break,
                    Found::Doubtful(kind) => {
                        notes.push(note(kind));
                        break;
                    }
                    Found::Repaired(text, kind) => {
                        notes.push(note(kind));
                        repaired = Some(text.into_owned());
                    }
                    Found::Ruined(invalid) => {
                        problems.push(Problem::new(from.column.name.clone(), invalid));
                        return None;
                    }
                }
            }
        }
        if !country_code.is_empty()
            && let Some(whole) = country_code::put_before(country_code, repaired.as_deref().unwrap_or(from.text))
        {
            notes.push(note(NoteKind::CountryCode));
            repaired = Some(whole);
        }
        take(from.column, Number::parse(repaired.as_deref().unwrap_or(from.text)), problems)
    }

    fn no_number(&self) -> Problem {
        let is_number = |column: &&Column| matches!(column.role, Role::Number(_) | Role::Numbers);
        let column = self.columns.read.iter().find(is_number).map(|column| column.name.clone());
        Problem::new(column.unwrap_or_default(), Invalid::new(InvalidCode::Required, "must not be empty"))
    }
}

/// The same number in two columns is one number.
fn only_once(numbers: &mut Vec<Stated<'_>>) {
    let mut at = 1;
    while at < numbers.len() {
        if numbers[..at].iter().any(|other| other.text == numbers[at].text) {
            numbers.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Longer texts are refused anyway.
const LONGEST_NUMBER: usize = 1024;

/// So much of a number that wasn't taken is noted.
fn cut(text: &str) -> String {
    text.chars().take(256).collect()
}

fn take<T>(column: &Column, value: Result<T, Invalid>, problems: &mut Vec<Problem>) -> Option<T> {
    value.map_err(|invalid| problems.push(Problem::new(column.name.clone(), invalid))).ok()
}

/// The first group that is one of the user's own; Google marks the others with an asterisk.
fn groups<'r>(
    column: &'r Column,
    text: &'r str,
    parts: &mut Parts<'r>,
    problems: &mut Vec<Problem>,
    notes: &mut Vec<Note>,
) {
    let is_own = |title: &&str| !title.is_empty() && !title.starts_with('*');
    for title in text.split(BETWEEN).flat_map(|text| text.split(';')).map(str::trim).filter(is_own) {
        if parts.title.is_none() {
            parts.title = take(column, GroupTitle::parse(title), problems);
        } else if notes.len() < MOST_OF_A_KIND {
            notes.push(Note { column: column.name.clone(), kind: NoteKind::OtherGroup(cut(title)) });
        }
    }
}

fn whole_number(text: &str) -> Result<i64, Invalid> {
    text.parse().map_err(|_| Invalid::new(InvalidCode::OutOfRange, "must be a whole number of at most 64 bits"))
}

/// A whole number, or a text; one that looks like a number, or is empty, has its apostrophe.
fn survey_sort_id(cell: &str) -> Result<Option<SurveySortId>, Invalid> {
    if cell.is_empty() {
        return Ok(None);
    }
    if let Some(text) = guard::taken_off(cell, |text| text.is_empty() || guard::is_needed(text)) {
        return SurveySortId::parse_text(text).map(Some);
    }
    match SurveySortId::parse_integer(cell) {
        Ok(integer) => Ok(Some(integer)),
        Err(_) => SurveySortId::parse_text(cell).map(Some),
    }
}
