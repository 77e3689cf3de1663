//! The other collections of the system behind the guide: what moves in before its contacts.
//!
//! Nothing here keeps the document as it stood: it holds credentials.

use std::marker::PhantomData;

use roster_domain::{
    ClientId, ClientName, ClientSessionId, Email, GroupId, GroupTitle, Invalid, InvalidCode, ObjectId, PersonName,
    Timestamp, UserId,
};
use secrecy::SecretString;

use super::Documents;
use super::contacts::{id, time, whole_number};
use super::value::{Members, Value};
use crate::fields::wrong_type;
use crate::{Failure, Place, Problem};

/// A user, with the password as it is stored.
#[derive(Clone, Debug)]
pub struct SystemUser {
    /// `_id`.
    pub id: UserId,
    /// `email`: also one that nobody could sign up with today, as long as it has an @.
    pub email: Email,
    /// `firstname`.
    pub firstname: PersonName,
    /// `lastname`.
    pub lastname: PersonName,
    /// `password`: a hash of bcrypt, in its usual form.
    pub password_hash: SecretString,
    /// `createdAt`.
    pub created_at: Option<Timestamp>,
    /// `updatedAt`.
    pub updated_at: Option<Timestamp>,
}

/// A client, with its credentials.
#[derive(Clone, Debug)]
pub struct SystemClient {
    /// `_id`.
    pub id: ClientId,
    /// Whose it is: `user_id`, or one of the other names it goes by.
    pub user: Option<UserId>,
    /// `name`, or `title`.
    pub name: Option<ClientName>,
    /// `session_id`.
    pub session_id: ClientSessionId,
    /// `access_token`: 1 to 128 visible ASCII characters.
    pub access_token: SecretString,
    /// `is_default`: whether it is the one meant when the user names none.
    pub is_default: bool,
    /// `createdAt`.
    pub created_at: Option<Timestamp>,
    /// `updatedAt`.
    pub updated_at: Option<Timestamp>,
}

/// A contact group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemGroup {
    /// `_id`.
    pub id: GroupId,
    /// `client_id`.
    pub client: Option<ClientId>,
    /// `title`.
    pub title: GroupTitle,
    /// `is_default`.
    pub is_default: bool,
    /// `createdAt`.
    pub created_at: Option<Timestamp>,
    /// `updatedAt`.
    pub updated_at: Option<Timestamp>,
    /// `__v`.
    pub legacy_version: Option<i64>,
}

/// One document, good or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<T> {
    /// Where it stands.
    pub at: Place,
    /// Its `_id`, where that can be read.
    pub id: Option<ObjectId>,
    /// What it is, or everything that is wrong with it.
    pub outcome: Result<T, Vec<Problem>>,
}

/// The documents of a collection, one after the other. After a failure there is nothing more.
pub struct Records<'a, T> {
    documents: Option<Documents<'a>>,
    what: PhantomData<T>,
}

impl<'a, T: FromDocument> Records<'a, T> {
    pub(crate) fn new(documents: Documents<'a>) -> Self {
        Self { documents: Some(documents), what: PhantomData }
    }
}

impl<T: FromDocument> Iterator for Records<'_, T> {
    type Item = Result<Record<T>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let documents = self.documents.as_mut()?;
        match documents.advance() {
            Ok(true) => Some(Ok(record(documents))),
            Ok(false) => {
                self.documents = None;
                None
            }
            Err(failure) => {
                self.documents = None;
                Some(Err(failure))
            }
        }
    }
}

fn record<T: FromDocument>(documents: &Documents<'_>) -> Record<T> {
    let at = Place { line: documents.line(), part: 1 };
    let members = match documents.value() {
        Ok(Value::Object(members)) => members,
        Ok(_) => {
            let problem = Problem::of_row(InvalidCode::WrongType, "is no object");
            return Record { at, id: None, outcome: Err(vec![problem]) };
        }
        Err(problem) => return Record { at, id: None, outcome: Err(vec![problem]) },
    };
    let mut reading = Reading { members, problems: Vec::new() };
    let known = reading.get(&["_id"]).and_then(|(_, value)| id(value).ok());
    let read = T::from_document(&mut reading);
    let outcome = match read {
        Some(read) if reading.problems.is_empty() => Ok(read),
        _ => Err(reading.problems),
    };
    Record { at, id: known, outcome }
}

/// A document while it is read.
pub struct Reading<'a> {
    members: Members<'a>,
    problems: Vec<Problem>,
}

impl<'a> Reading<'a> {
    /// The member with the first of these names that is there and not null.
    fn get<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &Value<'a>)> {
        names.iter().find_map(|name| {
            let is_it = |(member, value): &&(_, Value<'a>)| {
                let member: &std::borrow::Cow<'_, str> = member;
                member.as_ref() == *name && *value != Value::Null
            };
            self.members.iter().rev().find(is_it).map(|(_, value)| (*name, value))
        })
    }

    fn optional<T>(&mut self, names: &[&str], read: impl FnOnce(&Value<'_>) -> Result<T, Invalid>) -> Option<T> {
        let (name, value) = self.get(names)?;
        match read(value) {
            Ok(value) => Some(value),
            Err(invalid) => {
                let problem = Problem::new(name, invalid);
                self.problems.push(problem);
                None
            }
        }
    }

    fn required<T>(&mut self, names: &[&str], read: impl FnOnce(&Value<'_>) -> Result<T, Invalid>) -> Option<T> {
        if self.get(names).is_none() {
            let name = names.first().copied().unwrap_or_default();
            self.problems.push(Problem::new(name, Invalid::new(InvalidCode::Required, "is required")));
        }
        self.optional(names, read)
    }

    fn created_at(&mut self) -> Option<Timestamp> {
        self.optional(&["createdAt", "created_at"], time)
    }

    fn updated_at(&mut self) -> Option<Timestamp> {
        self.optional(&["updatedAt", "updated_at"], time)
    }
}

/// What a collection holds.
pub trait FromDocument: Sized {
    /// Reads all of it, noting every problem. `None` only with a problem noted.
    fn from_document(document: &mut Reading<'_>) -> Option<Self>;
}

impl FromDocument for SystemUser {
    fn from_document(document: &mut Reading<'_>) -> Option<Self> {
        let nobody = || PersonName::from_stored(String::new());
        let id = document.required(&["_id"], id);
        let email = document.required(&["email"], text(address));
        let firstname = document.optional(&["firstname", "firstName", "first_name"], text(PersonName::parse));
        let lastname = document.optional(&["lastname", "lastName", "last_name"], text(PersonName::parse));
        let password_hash = document.required(&["password", "password_hash"], text(bcrypt));
        let (created_at, updated_at) = (document.created_at(), document.updated_at());
        Some(Self {
            id: id?,
            email: email?,
            firstname: firstname.unwrap_or_else(nobody),
            lastname: lastname.unwrap_or_else(nobody),
            password_hash: password_hash?,
            created_at,
            updated_at,
        })
    }
}

impl FromDocument for SystemClient {
    fn from_document(document: &mut Reading<'_>) -> Option<Self> {
        let id = document.required(&["_id"], self::id);
        let user = document.optional(&["user_id", "userId", "user", "owner_id", "owner"], self::id);
        let name = document.optional(&["name", "title"], text(ClientName::parse));
        let session_id = document.required(&["session_id"], text(ClientSessionId::parse));
        let access_token = document.required(&["access_token"], text(token));
        let is_default = document.optional(&["is_default", "isDefault"], flag);
        let (created_at, updated_at) = (document.created_at(), document.updated_at());
        Some(Self {
            id: id?,
            user,
            name,
            session_id: session_id?,
            access_token: access_token?,
            is_default: is_default.unwrap_or(false),
            created_at,
            updated_at,
        })
    }
}

impl FromDocument for SystemGroup {
    fn from_document(document: &mut Reading<'_>) -> Option<Self> {
        let id = document.required(&["_id"], self::id);
        let client = document.optional(&["client_id"], self::id);
        let title = document.required(&["title"], text(GroupTitle::parse));
        let is_default = document.optional(&["is_default"], flag);
        let (created_at, updated_at) = (document.created_at(), document.updated_at());
        let legacy_version = document.optional(&["__v"], whole_number);
        Some(Self {
            id: id?,
            client,
            title: title?,
            is_default: is_default.unwrap_or(false),
            created_at,
            updated_at,
            legacy_version,
        })
    }
}

fn text<T>(parse: impl FnOnce(&str) -> Result<T, Invalid>) -> impl FnOnce(&Value<'_>) -> Result<T, Invalid> {
    |value| match value {
        Value::Text(text) => parse(text),
        _ => Err(wrong_type("must be a string")),
    }
}

fn flag(value: &Value<'_>) -> Result<bool, Invalid> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        _ => Err(wrong_type("must be true or false")),
    }
}

/// What somebody signs in with there, who is to go on doing so: sign-in takes any text, and finds it by its key.
fn address(text: &str) -> Result<Email, Invalid> {
    Email::parse(text).or_else(|invalid| {
        let kept = text.trim();
        let is_one = kept.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        let is_visible = !kept.chars().any(|c| c.is_whitespace() || c.is_control());
        if is_one && is_visible && kept.chars().count() <= LONGEST_ADDRESS {
            Ok(Email::from_stored(kept.to_owned()))
        } else {
            Err(invalid)
        }
    })
}

/// RFC 5321, 4.5.3.1.3.
const LONGEST_ADDRESS: usize = 254;

/// `$2b$10$` and 53 characters of its own base 64.
fn bcrypt(text: &str) -> Result<SecretString, Invalid> {
    let parts: Vec<&str> = text.split('$').collect();
    let is_one = matches!(parts.as_slice(), ["", "2" | "2a" | "2b" | "2x" | "2y", cost, rest]
        if cost.len() == 2 && cost.bytes().all(|byte| byte.is_ascii_digit())
            && rest.len() == 53 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/')));
    if is_one {
        Ok(SecretString::from(text))
    } else {
        Err(Invalid::new(InvalidCode::Malformed, "must be a hash of bcrypt"))
    }
}

/// Compared byte by byte, so kept as it is.
fn token(text: &str) -> Result<SecretString, Invalid> {
    if (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(SecretString::from(text))
    } else {
        Err(Invalid::new(InvalidCode::Malformed, "must be 1 to 128 visible ASCII characters"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(" Ada@Example.org ", Some("Ada@Example.org"))]
    #[case("ada@localhost", Some("ada@localhost"))]
    #[case("ada@exam\u{ad}ple.org", Some("ada@exam\u{ad}ple.org"))]
    #[case("ada.@example..org", Some("ada.@example..org"))]
    #[case("ada", None)]
    #[case("@example.org", None)]
    #[case("ada@", None)]
    #[case("ada bello@example.org", None)]
    #[case("ada@example.org\u{0}", None)]
    fn whoever_signs_in_with_it_goes_on(#[case] text: &str, #[case] kept: Option<&str>) {
        assert_eq!(address(text).ok().as_ref().map(Email::as_str), kept);
    }

    #[test]
    fn no_longer_than_addresses_are() {
        assert!(address(&format!("{}@x.", "a".repeat(251))).is_ok());
        assert!(address(&format!("{}@x.", "a".repeat(252))).is_err());
    }
}
