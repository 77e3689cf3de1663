//! Documents to candidates.

use std::borrow::Cow;

use roster_domain::{
    Channel, ContactName, GroupTitle, Invalid, InvalidCode, Number, ObjectId, SurveySortId, Timestamp, Transaction,
};

use super::Documents;
use super::value::{Members, Value};
use crate::fields::{self, wrong_type};
use crate::{Candidate, ColumnMap, Failure, Field, GroupReference, Note, NoteKind, Place, Problem, Row};

/// Reads rows.
pub struct Contacts<'a> {
    documents: Documents<'a>,
    map: ColumnMap,
}

impl<'a> Contacts<'a> {
    pub fn new(documents: Documents<'a>, map: ColumnMap) -> Self {
        Self { documents, map }
    }
}

impl Iterator for Contacts<'_> {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.documents.advance() {
            Ok(false) => return None,
            Ok(true) => {}
            Err(failure) => return Some(Err(failure)),
        }
        let mut notes = Vec::new();
        let outcome = match self.documents.value() {
            Ok(Value::Object(members)) => candidate(&members, &self.map, &mut notes),
            Ok(_) => Err(vec![Problem::of_row(InvalidCode::WrongType, "is no object")]),
            Err(problem) => Err(vec![problem]),
        };
        let at = Place { line: self.documents.line(), part: 1 };
        Some(Ok(Row { at, original: self.documents.original(), outcome, notes }))
    }
}

/// What a member of a contact is.
enum Member {
    Is(Field),
    Client,
    Transaction,
    Version,
    Unknown,
}

/// By the API's names; where a field is mapped, by that name alone.
fn member(name: &str, map: &ColumnMap) -> Member {
    if !map.entries().is_empty() {
        if let Some(field) = map.field_of(name) {
            return Member::Is(field);
        }
        if Field::ALL.into_iter().any(|field| field.as_str() == name && map.target(field).is_some()) {
            return Member::Unknown;
        }
    }
    match name {
        "_id" => Member::Is(Field::Id),
        "name" => Member::Is(Field::Name),
        "number" => Member::Is(Field::Number),
        "client_id" => Member::Client,
        "group_id" => Member::Is(Field::GroupId),
        "group" => Member::Is(Field::Group),
        "channel" => Member::Is(Field::Channel),
        "transaction" => Member::Transaction,
        "createdAt" => Member::Is(Field::CreatedAt),
        "updatedAt" => Member::Is(Field::UpdatedAt),
        "__v" => Member::Version,
        _ => Member::Unknown,
    }
}

/// What was wrong, and what was put right, under the names of the members.
struct Findings<'n> {
    problems: Vec<Problem>,
    notes: &'n mut Vec<Note>,
}

impl Findings<'_> {
    fn take<T>(&mut self, name: &str, value: Result<T, Invalid>) -> Option<T> {
        value.map_err(|invalid| self.problems.push(Problem::new(name, invalid))).ok()
    }
}

fn candidate(members: &Members<'_>, map: &ColumnMap, notes: &mut Vec<Note>) -> Result<Candidate, Vec<Problem>> {
    let mut found = Findings { problems: Vec::new(), notes };
    let mut number = None;
    let (mut group_id, mut title) = (None, None);
    let (mut first, mut last) = (None, None);
    // A candidate to fill; its number comes in at the end.
    let mut candidate = Candidate::of(Number::from_stored(String::new()));
    let mut is_number_there = false;
    for (name, value) in members {
        let name = name.as_ref();
        match member(name, map) {
            Member::Unknown => {}
            Member::Is(Field::Number) => {
                is_number_there = true;
                number = self::number(name, value, &mut found);
            }
            _ if *value == Value::Null => {}
            Member::Is(Field::Name) => candidate.name = found.take(name, text(value, ContactName::parse)),
            Member::Is(Field::FirstName) => first = found.take(name, text(value, |text| Ok(text.to_owned()))),
            Member::Is(Field::LastName) => last = found.take(name, text(value, |text| Ok(text.to_owned()))),
            Member::Is(Field::Channel) => candidate.channel = found.take(name, text(value, Channel::parse)),
            Member::Is(Field::Id) => candidate.id = found.take(name, id(value)),
            Member::Client => candidate.client = found.take(name, id(value)),
            // Forms without a choice of group send it empty.
            Member::Is(Field::GroupId | Field::Group) if is_empty(value) => {}
            Member::Is(Field::GroupId) => group_id = found.take(name, id(value)),
            Member::Is(Field::Group) => title = found.take(name, text(value, GroupTitle::parse)),
            Member::Is(Field::CreatedAt) => candidate.created_at = found.take(name, time(value)),
            Member::Is(Field::UpdatedAt) => candidate.updated_at = found.take(name, time(value)),
            Member::Version => candidate.legacy_version = found.take(name, whole_number(value)),
            Member::Transaction => candidate.transaction = transaction(name, value, &mut found),
        }
    }
    if candidate.name.is_none() && (first.is_some() || last.is_some()) {
        let mut name = String::new();
        crate::names::join([first.as_deref(), last.as_deref()].into_iter().flatten(), &mut name);
        candidate.name = found.take("name", ContactName::parse(&name));
    }
    if !is_number_there {
        found.problems.push(Problem::new("number", Invalid::new(InvalidCode::Required, "is required")));
    }
    match number {
        Some(number) if found.problems.is_empty() => {
            candidate.number = number;
            candidate.group = GroupReference::of(group_id, title);
            Ok(candidate)
        }
        _ => Err(found.problems),
    }
}

fn is_empty(value: &Value<'_>) -> bool {
    matches!(value, Value::Text(text) if text.is_empty())
}

fn text<T>(value: &Value<'_>, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Result<T, Invalid> {
    match value {
        Value::Text(text) => parse(text),
        _ => Err(wrong_type("must be a string")),
    }
}

pub fn id<Id: From<ObjectId>>(value: &Value<'_>) -> Result<Id, Invalid> {
    match value {
        Value::Id(id) => Ok(Id::from(*id)),
        value => text(value, fields::id),
    }
}

pub fn time(value: &Value<'_>) -> Result<Timestamp, Invalid> {
    match value {
        Value::Time(time) => fields::storable(*time),
        value => text(value, fields::time),
    }
}

pub fn whole_number(value: &Value<'_>) -> Result<i64, Invalid> {
    let invalid = || Invalid::new(InvalidCode::OutOfRange, "must be a whole number of at most 64 bits");
    match value {
        Value::Number(digits) => digits.strip_suffix(".0").unwrap_or(digits).parse().map_err(|_| invalid()),
        _ => Err(wrong_type("must be a whole number")),
    }
}

/// A string, or a whole number digit by digit. One that came as a decimal number has all its digits below 2^53.
fn number(name: &str, value: &Value<'_>, found: &mut Findings<'_>) -> Option<Number> {
    let digits = match value {
        Value::Text(text) => return found.take(name, Number::parse(text)),
        Value::Number(digits) => digits,
        Value::Null => return found.take(name, Err(Invalid::new(InvalidCode::Null, "must not be null"))),
        _ => return found.take(name, Err(wrong_type("must be a string or a whole number"))),
    };
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return found.take(name, Number::parse(digits));
    }
    let (whole, kind) = found.take(name, whole(digits))?;
    found.notes.push(Note { column: name.to_owned(), kind });
    found.take(name, Number::parse(&whole))
}

fn whole(digits: &str) -> Result<(Cow<'_, str>, NoteKind), Invalid> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let malformed = |message: &'static str| Invalid::new(InvalidCode::Malformed, message);
    let value: f64 = digits.parse().map_err(|_| malformed("must be a string or a whole number from 0"))?;
    if value < 0.0 || value.fract() != 0.0 || digits.starts_with('-') {
        return Err(malformed("must be a string or a whole number from 0"));
    }
    if !(0.0..EXACT).contains(&value) {
        return Err(malformed("is a decimal number so large that it has lost digits"));
    }
    let kind = if digits.contains(['e', 'E']) { NoteKind::WrittenOut } else { NoteKind::Decimals };
    Ok((Cow::Owned(format!("{value:.0}")), kind))
}

fn transaction(name: &str, value: &Value<'_>, found: &mut Findings<'_>) -> Transaction {
    let mut transaction = Transaction::default();
    let Value::Object(members) = value else {
        found.problems.push(Problem::new(name, wrong_type("must be an object")));
        return transaction;
    };
    for (inner, value) in members.iter().filter(|(_, value)| *value != Value::Null) {
        let path = || format!("{name}.{inner}");
        match inner.as_ref() {
            "survey_id" => transaction.survey_id = found.take(&path(), id(value)),
            "survey_sort_id" => transaction.survey_sort_id = found.take(&path(), survey_sort_id(value)),
            _ => {}
        }
    }
    transaction
}

fn survey_sort_id(value: &Value<'_>) -> Result<SurveySortId, Invalid> {
    match value {
        Value::Text(text) => SurveySortId::parse_text(text),
        Value::Number(digits) => SurveySortId::parse_integer(digits.strip_suffix(".0").unwrap_or(digits)),
        _ => Err(wrong_type("must be a string or a whole number")),
    }
}
