//! Reading the members of a body, one by one, noting what is wrong with each.

use roster_domain::{Invalid, InvalidCode};

use crate::json::{Json, Object};
use crate::problems::Problems;

/// A member as it was sent.
pub enum Sent<T> {
    Absent,
    Null,
    Value(T),
}

impl<T> Sent<T> {
    /// Absent stays as it is, null and a value set it.
    pub fn clearable(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// Absent and null are the same.
    pub fn nullable(self) -> Option<T> {
        self.clearable().flatten()
    }
}

/// The members of one object, with the notes of what is wrong with them.
pub struct Fields<'a> {
    object: &'a Object,
    problems: Problems,
}

impl<'a> Fields<'a> {
    pub fn of(object: &'a Object) -> Self {
        Self { object, problems: Problems::default() }
    }

    pub fn problems(&mut self) -> &mut Problems {
        &mut self.problems
    }

    pub fn into_problems(self) -> Problems {
        self.problems
    }

    pub fn get(&self, name: &str) -> Option<&'a Json> {
        self.object.get(name)
    }

    /// A member that may be null, read by `parse` otherwise. A refused one is noted, and absent.
    pub fn read<T>(&mut self, name: &'static str, parse: impl FnOnce(&Json) -> Result<T, Invalid>) -> Sent<T> {
        match self.object.get(name) {
            None => Sent::Absent,
            Some(Json::Null) => Sent::Null,
            Some(value) => self.problems.take(name, parse(value)).map_or(Sent::Absent, Sent::Value),
        }
    }

    /// A member that may be absent but not null.
    pub fn optional<T>(&mut self, name: &'static str, parse: impl FnOnce(&Json) -> Result<T, Invalid>) -> Option<T> {
        match self.read(name, parse) {
            Sent::Absent => None,
            Sent::Null => {
                self.problems.say(name, InvalidCode::Null, "must not be null");
                None
            }
            Sent::Value(value) => Some(value),
        }
    }

    /// A member that must be there.
    pub fn required<T>(&mut self, name: &'static str, parse: impl FnOnce(&Json) -> Result<T, Invalid>) -> Option<T> {
        if self.object.get(name).is_none() {
            self.problems.say(name, InvalidCode::Required, "is required");
        }
        self.optional(name, parse)
    }
}

/// Reads a string by `parse`; other JSON types are refused.
pub fn text<T>(parse: impl FnOnce(&str) -> Result<T, Invalid>) -> impl FnOnce(&Json) -> Result<T, Invalid> {
    |value| match value {
        Json::Text(text) => parse(text),
        _ => Err(wrong_type("must be a string")),
    }
}

/// Reads `true` or `false`.
pub fn flag(value: &Json) -> Result<bool, Invalid> {
    match value {
        Json::Bool(flag) => Ok(*flag),
        _ => Err(wrong_type("must be true or false")),
    }
}

/// Reads a string that is an id.
pub fn id<Id: From<roster_domain::ObjectId>>(value: &Json) -> Result<Id, Invalid> {
    text(parse_id)(value)
}

/// An id in a body or a query.
pub fn parse_id<Id: From<roster_domain::ObjectId>>(text: &str) -> Result<Id, Invalid> {
    roster_domain::ObjectId::parse(text)
        .map(Id::from)
        .map_err(|_| Invalid::new(InvalidCode::Malformed, "must be 24 hexadecimal digits"))
}

pub fn wrong_type(message: &'static str) -> Invalid {
    Invalid::new(InvalidCode::WrongType, message)
}
