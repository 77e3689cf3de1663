//! What a card tells of a contact.

use roster_domain::{
    Channel, ClientId, ContactId, ContactName, GroupId, GroupTitle, Invalid, InvalidCode, Number, SurveySortId,
    Timestamp, Transaction,
};

use super::property::Property;
use super::{ours, text};
use crate::fields::{id, time};
use crate::names;
use crate::reach::Reach;
use crate::{Candidate, GroupReference, Note, NoteKind, Problem, SeveralNumbers};

/// A card while it is read.
#[derive(Default)]
pub struct Card {
    formatted: Option<String>,
    structured: String,
    organisation: String,
    nickname: String,
    numbers: Vec<Telephone>,
    has_too_many: bool,
    /// Group and text.
    labels: Vec<(String, String)>,
    title: Option<GroupTitle>,
    is_group: bool,
    id: Option<ContactId>,
    client: Option<ClientId>,
    group_id: Option<GroupId>,
    channel: Option<Channel>,
    exact_number: Option<String>,
    transaction: Transaction,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    version: Option<i64>,
    problems: Vec<Problem>,
    notes: Vec<Note>,
}

struct Telephone {
    group: String,
    /// Its types, a space between.
    kinds: String,
    is_preferred: bool,
    is_whatsapp: bool,
    text: String,
}

/// What a card makes: candidate, or problems, and notes; for each of its numbers.
pub type Made = (Result<Candidate, Vec<Problem>>, Vec<Note>);

/// More of them has nobody; a card that goes on and on isn't kept.
const MOST_NUMBERS: usize = 100;
const MOST_LABELS: usize = 1_000;
const MOST_NOTED: usize = 1_000;

impl Card {
    /// Takes a property in.
    pub fn read(&mut self, property: &Property<'_>) {
        let name = property.name.as_str();
        let is_known = matches!(
            name,
            "FN" | "N"
                | "ORG"
                | "NICKNAME"
                | "TEL"
                | "X-ABLABEL"
                | "CATEGORIES"
                | "UID"
                | "KIND"
                | "X-ADDRESSBOOKSERVER-KIND"
        ) || name.starts_with("X-ROSTER-");
        if !is_known {
            return;
        }
        let Some(value) = text::of(property) else {
            self.refuse(
                name,
                Invalid::new(InvalidCode::Malformed, "holds bytes that are no text in the card's encoding"),
            );
            return;
        };
        match name {
            "FN" if self.formatted.is_none() => self.formatted = Some(text::unescaped(&value).into_owned()),
            "N" if self.structured.is_empty() => self.structured = structured(&value),
            "ORG" if self.organisation.is_empty() => {
                self.organisation = text::components(&value, ';').next().unwrap_or_default().trim().to_owned();
            }
            "NICKNAME" if self.nickname.is_empty() => {
                self.nickname = text::components(&value, ',').next().unwrap_or_default().trim().to_owned();
            }
            "TEL" => self.telephone(property, &value),
            "X-ABLABEL" if self.labels.len() < MOST_LABELS => {
                self.labels.push((property.group.clone(), text::unescaped(&value).into_owned()));
            }
            "CATEGORIES" => self.categories(&value),
            "UID" => self.id = id(value.trim()).ok(),
            "KIND" | "X-ADDRESSBOOKSERVER-KIND" => self.is_group = value.trim().eq_ignore_ascii_case("group"),
            _ => self.ours(name, &value),
        }
    }

    fn telephone(&mut self, property: &Property<'_>, value: &str) {
        if self.numbers.len() >= MOST_NUMBERS {
            if !self.has_too_many {
                self.has_too_many = true;
                self.refuse("TEL", Invalid::new(InvalidCode::TooLong, "comes too often"));
            }
            return;
        }
        let is_text = property.parameter("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("text"));
        let value = text::unescaped(value);
        let value = value.trim();
        let value = match value.get(..4) {
            // RFC 3966: what follows a semicolon are parameters.
            Some(scheme) if !is_text && scheme.eq_ignore_ascii_case("tel:") => {
                value[4..].split(';').next().unwrap_or_default()
            }
            _ => value,
        };
        let waid = property.parameter("WAID").map(str::trim).filter(|waid| !waid.is_empty());
        let text = match (value, waid) {
            ("", None) => return,
            ("", Some(waid)) => format!("+{waid}"),
            (value, _) => value.to_owned(),
        };
        let kinds = property.types().collect::<Vec<_>>().join(" ");
        let is_preferred =
            property.types().any(|kind| kind.eq_ignore_ascii_case("pref")) || property.parameter("PREF").is_some();
        let group = property.group.clone();
        self.numbers.push(Telephone { group, kinds, is_preferred, is_whatsapp: waid.is_some(), text });
    }

    fn categories(&mut self, value: &str) {
        for title in text::components(value, ',') {
            let title = title.trim();
            if title.is_empty() {
                continue;
            }
            if self.title.is_some() {
                self.note("CATEGORIES", NoteKind::OtherGroup(title.chars().take(256).collect()));
            } else {
                self.title = self.take("CATEGORIES", GroupTitle::parse(title));
            }
        }
    }

    fn ours(&mut self, name: &str, value: &str) {
        let value = text::unescaped(value);
        match name {
            ours::CHANNEL => self.channel = self.take(name, Channel::parse(&value)),
            ours::CLIENT_ID => self.client = self.take(name, id(&value)),
            ours::GROUP_ID => self.group_id = self.take(name, id(&value)),
            ours::CREATED => self.created_at = self.take(name, time(&value)),
            ours::UPDATED => self.updated_at = self.take(name, time(&value)),
            ours::VERSION => {
                let version =
                    value.parse().map_err(|_| Invalid::new(InvalidCode::OutOfRange, "must be a whole number"));
                self.version = self.take(name, version);
            }
            ours::SURVEY_ID => self.transaction.survey_id = self.take(name, id(&value)),
            ours::SURVEY_SORT_INTEGER => {
                self.transaction.survey_sort_id = self.take(name, SurveySortId::parse_integer(&value));
            }
            ours::SURVEY_SORT_TEXT => {
                self.transaction.survey_sort_id = self.take(name, SurveySortId::parse_text(&ours::decoded(&value)));
            }
            ours::NUMBER => self.exact_number = Some(ours::decoded(&value).into_owned()),
            _ => {}
        }
    }

    fn take<T>(&mut self, name: &str, value: Result<T, Invalid>) -> Option<T> {
        value.map_err(|invalid| self.refuse(name, invalid)).ok()
    }

    fn refuse(&mut self, name: &str, invalid: Invalid) {
        if self.problems.len() < MOST_NOTED {
            self.problems.push(Problem::new(name, invalid));
        }
    }

    fn note(&mut self, name: &str, kind: NoteKind) {
        if self.notes.len() < MOST_NOTED {
            self.notes.push(Note { column: name.to_owned(), kind });
        }
    }

    /// The card ends, with its own end or without.
    pub fn end(mut self, ending: Ending, several: SeveralNumbers) -> Vec<Made> {
        match ending {
            Ending::Proper => {}
            Ending::NextBegins => self.note("", NoteKind::NoEnd),
            Ending::FileEnds => {
                self.problems.push(Problem::of_row(InvalidCode::Malformed, "ends in the middle, and the file with it"));
            }
        }
        if self.is_group {
            self.problems.push(Problem::of_row(InvalidCode::Malformed, "is a group of contacts, not a contact"));
        }
        let name = self.name();
        let mut numbers = self.ranked();
        if let (Some(exact), Some(first)) = (&self.exact_number, numbers.first_mut()) {
            first.clone_from(exact);
        }
        let mut numbers = numbers.into_iter();
        let Some(first) = numbers.next() else {
            self.problems.push(Problem::new("TEL", Invalid::new(InvalidCode::Required, "is required")));
            return vec![(Err(self.problems), self.notes)];
        };
        if several == SeveralNumbers::Preferred {
            for other in numbers.by_ref() {
                self.note("TEL", NoteKind::OtherNumber(other.chars().take(256).collect()));
            }
        }
        let others: Vec<Made> = numbers.map(|other| self.made(&name, &other, None)).collect();
        // There may be several contacts now, and one id.
        let first = self.made(&name, &first, self.id);
        std::iter::once(first).chain(others).collect()
    }

    fn made(&self, name: &Result<Option<ContactName>, Invalid>, number: &str, id: Option<ContactId>) -> Made {
        let mut problems = self.problems.clone();
        let name = name.clone().map_err(|invalid| problems.push(Problem::new("FN", invalid))).ok().flatten();
        let number = Number::parse(number).map_err(|invalid| problems.push(Problem::new("TEL", invalid))).ok();
        let outcome = match number {
            Some(number) if problems.is_empty() => Ok(Candidate {
                id,
                client: self.client,
                name,
                number,
                channel: self.channel.clone(),
                group: GroupReference::of(self.group_id, self.title.clone()),
                transaction: self.transaction.clone(),
                created_at: self.created_at,
                updated_at: self.updated_at,
                legacy_version: self.version,
            }),
            _ => Err(problems),
        };
        (outcome, self.notes.clone())
    }

    /// What it is called, in the order of who says it best.
    fn name(&self) -> Result<Option<ContactName>, Invalid> {
        let formatted = self.formatted.as_deref().unwrap_or_default();
        let names = [formatted, &self.structured, &self.organisation, &self.nickname];
        match names.into_iter().find(|name| !name.trim().is_empty()) {
            Some(name) => ContactName::parse(name).map(Some),
            None => Ok(None),
        }
    }

    /// The numbers that messages reach, the most likely first.
    fn ranked(&self) -> Vec<String> {
        let mut ranked: Vec<((u8, bool, Reach), &str)> = Vec::new();
        for number in &self.numbers {
            let labels = self.labels.iter().filter(|(group, _)| !group.is_empty() && *group == number.group);
            let label = labels.fold(number.kinds.clone(), |all, (_, label)| format!("{all} {label}"));
            let Some(mut reach) = Reach::of_label(&label) else { continue };
            if number.is_whatsapp {
                reach = Reach::WhatsApp;
            }
            let rank = match reach {
                Reach::WhatsApp => 0,
                Reach::Mobile => 1,
                _ => 2,
            };
            if !ranked.iter().any(|(_, text)| *text == number.text) {
                ranked.push(((rank, !number.is_preferred, reach), &number.text));
            }
        }
        ranked.sort_by_key(|(key, _)| *key);
        ranked.into_iter().map(|(_, text)| text.to_owned()).collect()
    }
}

/// How a card came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Proper,
    NextBegins,
    FileEnds,
}

/// `Family;Given;Middle;Prefixes;Suffixes`, as it is read out.
fn structured(value: &str) -> String {
    let mut parts = text::components(value, ';');
    let mut next = || parts.next().unwrap_or_default();
    let (family, given, middle, prefix, suffix) = (next(), next(), next(), next(), next());
    let mut name = String::new();
    names::join([&*prefix, &*given, &*middle, &*family, &*suffix], &mut name);
    name
}
