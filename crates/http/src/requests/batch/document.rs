//! A batch as one JSON document. It may be long, so its operations are read one by one: what a few bytes of JSON can
//! grow to in memory counts for one operation at a time.

use std::fmt;

use roster_domain::InvalidCode;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Asked, Maker, operation};
use crate::batch::MOST_OPERATIONS;
use crate::credentials;
use crate::json::{self, Json, Malformed, Object};
use crate::problems::Problems;
use crate::requests::fields::{Fields, flag};

/// So many problems are told: enough for a person, while there may be tens of thousands.
const TOLD: usize = 100;

const KEPT: [&str; 3] = [credentials::QUERY[0], credentials::QUERY[1], "atomic"];

/// What was sent.
#[derive(Debug)]
pub struct Document {
    /// What is there of the credentials.
    pub credentials: Object,
    /// What it asks for.
    pub batch: Result<(Vec<Asked>, bool), Refused>,
}

/// Why it can't be done.
#[derive(Debug)]
pub enum Refused {
    Malformed(Malformed),
    Problems(Problems),
}

/// Reads a body. Of an operation no more than so many bytes are looked at.
pub fn document(body: &[u8], most_of_one: usize, maker: Maker<'_>) -> Document {
    match outline(body) {
        Ok(outline) => {
            let batch = batch(body, &outline, most_of_one, maker);
            Document { credentials: outline.members, batch }
        }
        Err(malformed) => Document { credentials: Object::default(), batch: Err(Refused::Malformed(malformed)) },
    }
}

fn batch(
    body: &[u8],
    outline: &Outline<'_>,
    most_of_one: usize,
    maker: Maker<'_>,
) -> Result<(Vec<Asked>, bool), Refused> {
    let mut fields = Fields::of(&outline.members);
    let atomic = fields.optional("atomic", flag).unwrap_or(false);
    let mut problems = fields.into_problems();
    let operations = operations(outline.operations, &mut problems);
    let mut asked = Vec::with_capacity(operations.len());
    for (index, text) in operations.into_iter().enumerate() {
        match one(body, text, most_of_one, maker)? {
            Ok(operation) => asked.push(operation),
            Err(OneRefused::Itself(code, message)) => problems.say(path(index), code, message),
            Err(OneRefused::Within(inner)) => problems.add_all(&path(index), inner),
        }
        if problems.len() >= TOLD {
            problems.truncate(TOLD);
            break;
        }
    }
    if problems.is_empty() { Ok((asked, atomic)) } else { Err(Refused::Problems(problems)) }
}

fn path(index: usize) -> String {
    format!("operations[{index}]")
}

enum OneRefused {
    Itself(InvalidCode, String),
    Within(Problems),
}

fn one(body: &[u8], text: &RawValue, most: usize, maker: Maker<'_>) -> Result<Result<Asked, OneRefused>, Refused> {
    let text = text.get();
    if text.len() > most {
        let message = format!("must have at most {most} bytes");
        return Ok(Err(OneRefused::Itself(InvalidCode::TooLong, message)));
    }
    // Where it is borrowed from tells where it begins.
    let start = (text.as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
    let value = json::parse_value(text).map_err(|malformed| Refused::Malformed(malformed.within(body, start)))?;
    let Json::Object(object) = value else {
        return Ok(Err(OneRefused::Itself(InvalidCode::WrongType, "must be an object".to_owned())));
    };
    Ok(operation(&object, maker).map_err(OneRefused::Within))
}

/// The operations as they stand there; none, with a note, where they can't be done.
fn operations<'a>(list: Option<&'a RawValue>, problems: &mut Problems) -> Vec<&'a RawValue> {
    let (code, message) = match list.map(RawValue::get) {
        None => (InvalidCode::Required, "is required".to_owned()),
        Some("null") => (InvalidCode::Null, "must not be null".to_owned()),
        Some(text) if text.starts_with('[') => match serde_json::Deserializer::from_str(text).deserialize_seq(Listed) {
            Ok(operations) => return operations,
            // It is well-formed, so it is its length.
            Err(_) => (InvalidCode::TooLong, format!("must be {MOST_OPERATIONS} at most")),
        },
        Some(_) => (InvalidCode::WrongType, "must be an array".to_owned()),
    };
    problems.say("operations", code, message);
    Vec::new()
}

struct Listed;

impl<'a> Visitor<'a> for Listed {
    type Value = Vec<&'a RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut listed = Vec::new();
        while let Some(item) = items.next_element()? {
            if listed.len() == MOST_OPERATIONS {
                return Err(A::Error::custom("too many"));
            }
            listed.push(item);
        }
        Ok(listed)
    }
}

/// The members that count.
struct Outline<'a> {
    members: Object,
    operations: Option<&'a RawValue>,
}

/// Finds them, in a body that is well-formed but for what is inside of texts and how deep it goes.
fn outline(body: &[u8]) -> Result<Outline<'_>, Malformed> {
    if body.is_empty() {
        return Ok(Outline { members: Object::default(), operations: None });
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| Malformed { line: 1, column: 1 }.within(body, error.valid_up_to()))?;
    if !text.trim_ascii_start().is_empty() && !text.trim_ascii_start().starts_with('{') {
        return Err(json::first_character(body));
    }
    let malformed = |error: serde_json::Error| Malformed { line: error.line().max(1), column: error.column().max(1) };
    let mut reader = serde_json::Deserializer::from_str(text);
    let outline = reader.deserialize_map(Members).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    Ok(outline)
}

struct Members;

impl<'a> Visitor<'a> for Members {
    type Value = Outline<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut members, mut operations) = (Vec::new(), None);
        while let Some(name) = map.next_key::<String>()? {
            if name == "operations" {
                operations = Some(map.next_value()?);
            } else if KEPT.contains(&name.as_str()) {
                let value: &RawValue = map.next_value()?;
                // Of members with one name the last counts, so the others needn't be kept.
                members.retain(|(other, _)| *other != name);
                members.push((name, scalar(value.get()).map_err(A::Error::custom)?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Outline { members: Object::of(members), operations })
    }
}

/// None of them is an object or an array, which may grow in memory: either is as wrong as the other.
fn scalar(text: &str) -> Result<Json, &'static str> {
    if text.starts_with(['{', '[']) { Ok(Json::Array) } else { json::parse_value(text).map_err(|_| "a text") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use roster_domain::{IdSource, Operation, Timestamp};
    use roster_testkit::SeededEntropy;
    use rstest::rstest;
    use serde_json::json;

    const MOST: usize = 400;

    fn read(body: &[u8]) -> Document {
        let ids = IdSource::new(&SeededEntropy::new(1));
        document(body, MOST, Maker { ids: &ids, now: Timestamp::from_millis(0) })
    }

    fn malformed(body: &[u8]) -> Option<Malformed> {
        match read(body).batch {
            Err(Refused::Malformed(malformed)) => Some(malformed),
            _ => None,
        }
    }

    /// Path and code of each.
    fn problems(body: &str) -> Vec<(String, &'static str)> {
        match read(body.as_bytes()).batch {
            Err(Refused::Problems(problems)) => {
                let told = problems.into_vec().into_iter();
                told.map(|problem| (problem.path.into_owned(), problem.invalid.code.as_str())).collect()
            }
            _ => Vec::new(),
        }
    }

    #[rstest]
    #[case("", "operations", "required")]
    #[case("{}", "operations", "required")]
    #[case(r#"{"operations": null}"#, "operations", "null")]
    #[case(r#"{"operations": {}}"#, "operations", "wrong_type")]
    #[case(r#"{"operations": [5]}"#, "operations[0]", "wrong_type")]
    #[case(r#"{"operations": [], "atomic": null}"#, "atomic", "null")]
    #[case(r#"{"operations": [], "atomic": [{}]}"#, "atomic", "wrong_type")]
    #[case(r#"{"operations": [{"op": "delete", "number": "1"}, {"op": "delete"}]}"#, "operations[1]._id", "required")]
    fn refused(#[case] body: &str, #[case] path: &str, #[case] code: &'static str) {
        assert_eq!(problems(body), [(path.to_owned(), code)]);
    }

    #[rstest]
    #[case(r#"{"operations": [], "operations": [{"op": "delete", "number": "1"}], "atomic": 5, "atomic": true}"#)]
    #[case(r#"{"atomic": true, "operations": [ {"op": "delete", "number": 1, "colour": ["red"]} ], "x": {"operations": 5}}"#)]
    fn the_last_of_a_name_counts_and_others_are_passed_over(#[case] body: &str) {
        let (asked, atomic) = read(body.as_bytes()).batch.unwrap();
        assert!(atomic && matches!(asked[..], [Asked { operation: Operation::Delete { .. }, .. }]), "{asked:?}");
    }

    #[test]
    fn the_credentials_are_found() {
        let found = read(br#"{"session_id": "a", "operations": 5, "access_token": "b", "name": "c"}"#).credentials;
        assert_eq!(found.get("session_id"), Some(&Json::Text("a".to_owned())));
        assert_eq!(found.get("access_token"), Some(&Json::Text("b".to_owned())));
        assert_eq!(found.get("name"), None);
    }

    #[rstest]
    #[case(b"[1]", 1, 1)]
    #[case(b" ", 1, 1)]
    #[case(b"{\"operations\": [}", 1, 17)]
    #[case(b"{} x", 1, 4)]
    #[case(b"{\n\"x\": \"\xff\"}", 2, 7)]
    #[case(b"{\"operations\": [\n  {\"op\": \"\\ud800\"}]}", 2, 17)]
    #[case(b"{\"operations\": [{\n\"op\": \"\\ud800\"}]}", 2, 14)]
    fn says_where(#[case] body: &[u8], #[case] line: usize, #[case] column: usize) {
        assert_eq!(malformed(body), Some(Malformed { line, column }));
    }

    #[test]
    fn what_is_nested_too_deep_is_refused_where_it_counts() {
        let deep = format!("{}{}", "[".repeat(150), "]".repeat(150));
        assert!(malformed(format!(r#"{{"operations": [{deep}]}}"#).as_bytes()).is_some());
        assert_eq!(problems(&format!(r#"{{"x": {deep}}}"#)).len(), 1);
    }

    #[test]
    fn only_so_many_problems_are_told_and_so_many_operations_read() {
        let many = |operations: usize| format!(r#"{{"operations": [{}]}}"#, vec!["{}"; operations].join(","));
        assert_eq!(problems(&many(10_000)).len(), 100);
        assert_eq!(problems(&many(10_001)), [("operations".to_owned(), "too_long")]);
    }

    #[test]
    fn an_operation_has_a_most_of_bytes() {
        let of = |length: usize| format!(r#"{{"op":"delete","number":"1","x":"{}"}}"#, "x".repeat(length - 35));
        assert_eq!(of(MOST).len(), MOST);
        assert_eq!(problems(&format!(r#"{{"operations": [{}]}}"#, of(MOST))), []);
        let expected = [("operations[0]".to_owned(), "too_long")];
        assert_eq!(problems(&format!(r#"{{"operations": [{}]}}"#, of(MOST + 1))), expected);
    }

    proptest! {
        #[test]
        fn never_panics(body: Vec<u8>) {
            let _ = read(&body);
        }

        /// It is malformed where any other body is.
        #[test]
        fn judges_as_all_bodies_are_judged(inner in r#"(operations|atomic|[\[\]{}",:0-9eE.\\a-f \n-]){0,40}"#) {
            for body in [format!("{{{inner}}}"), format!(r#"{{"operations":[{inner}]}}"#), inner] {
                prop_assert_eq!(malformed(body.as_bytes()).is_some(), json::parse(body.as_bytes()).is_err(), "{}", body);
            }
        }

        #[test]
        fn keeps_the_order(numbers in proptest::collection::vec("[0-9]{1,12}", 0..40)) {
            let operations: Vec<_> = numbers.iter().map(|number| json!({ "op": "delete", "number": number })).collect();
            let (asked, atomic) = read(json!({ "operations": operations }).to_string().as_bytes()).batch.unwrap();
            prop_assert!(!atomic);
            let read: Vec<String> = asked.into_iter().map(|asked| format!("{:?}", asked.operation)).collect();
            prop_assert_eq!(read.len(), numbers.len());
            let is_of = |(read, number): (&String, &String)| read.contains(&format!("{number:?}"));
            prop_assert!(read.iter().zip(&numbers).all(is_of));
        }
    }
}
