//! BSON to values.

use std::borrow::Cow;

use bson::{RawBsonRef, RawDocument};
use roster_domain::{ObjectId, Timestamp};

use super::value::{MOST_MEMBERS, Members, Value};
use crate::Original;

/// Deeper than this no document of ours is nested.
const DEEPEST: usize = 32;

/// Reads a document; `None` when it isn't one.
pub fn read(document: &[u8]) -> Option<Value<'_>> {
    members(RawDocument::from_bytes(document).ok()?, DEEPEST, &mut { MOST_MEMBERS })
}

fn members<'a>(document: &'a RawDocument, depth: usize, left: &mut usize) -> Option<Value<'a>> {
    let mut members = Members::new();
    for element in document {
        let (name, value) = element.ok()?;
        *left = left.checked_sub(1)?;
        members.push((Cow::Borrowed(name.as_str()), value_of(value, depth, left)?));
    }
    Some(Value::Object(members))
}

fn value_of<'a>(value: RawBsonRef<'a>, depth: usize, left: &mut usize) -> Option<Value<'a>> {
    Some(match value {
        RawBsonRef::Null | RawBsonRef::Undefined => Value::Null,
        RawBsonRef::Boolean(value) => Value::Bool(value),
        RawBsonRef::Int32(number) => Value::Number(Cow::Owned(number.to_string())),
        RawBsonRef::Int64(number) => Value::Number(Cow::Owned(number.to_string())),
        // With a point, so that it is told from a whole number.
        RawBsonRef::Double(number) => Value::Number(Cow::Owned(format!("{number:?}"))),
        RawBsonRef::Decimal128(number) => Value::Number(Cow::Owned(number.to_string())),
        RawBsonRef::String(text) | RawBsonRef::Symbol(text) => Value::Text(Cow::Borrowed(text)),
        RawBsonRef::ObjectId(id) => Value::Id(ObjectId::from_bytes(id.bytes())),
        RawBsonRef::DateTime(time) => Value::Time(Timestamp::from_millis(time.timestamp_millis())),
        RawBsonRef::Document(document) => members(document, depth.checked_sub(1)?, left)?,
        _ => Value::Other,
    })
}

/// A document for people to read, in the form of JSON: only what a contact can have, and texts bounded.
pub fn shown(document: &[u8]) -> Original {
    let mut text = String::new();
    match read(document) {
        Some(value) => show(&value, &mut text),
        None => text.push_str("(no document)"),
    }
    Original::of(text.as_bytes(), false)
}

fn show(value: &Value<'_>, to: &mut String) {
    if to.len() > Original::MAX {
        return;
    }
    match value {
        Value::Null => to.push_str("null"),
        Value::Bool(value) => to.push_str(if *value { "true" } else { "false" }),
        Value::Number(digits) => to.push_str(digits),
        Value::Text(text) => show_text(text, to),
        Value::Id(id) => show_text(&id.to_string(), to),
        Value::Time(time) => show_text(&time.to_string(), to),
        Value::Other => to.push('…'),
        Value::Object(members) => {
            to.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    to.push(',');
                }
                show_text(name, to);
                to.push(':');
                show(value, to);
            }
            to.push('}');
        }
    }
}

fn show_text(text: &str, to: &mut String) {
    let text = &text[..text.floor_char_boundary(Original::MAX)];
    to.push_str(&serde_json::to_string(text).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::rawdoc;
    use proptest::prelude::*;

    #[test]
    fn values() {
        let id = bson::oid::ObjectId::from_bytes([7; 12]);
        let document = rawdoc! {
            "_id": id, "a": "text", "b": 7_i32, "c": 8_i64, "d": 2348000000001.0, "e": null, "f": { "g": true }, "h": [1],
            "i": bson::DateTime::from_millis(9),
        };
        let Some(Value::Object(members)) = read(document.as_bytes()) else { panic!("no object") };
        let values: Vec<_> = members.into_iter().map(|(_, value)| value).collect();
        let number = |digits: &'static str| Value::Number(Cow::Borrowed(digits));
        assert_eq!(
            values,
            [
                Value::Id(ObjectId::from_bytes([7; 12])),
                Value::Text("text".into()),
                number("7"),
                number("8"),
                number("2348000000001.0"),
                Value::Null,
                Value::Object(vec![("g".into(), Value::Bool(true))]),
                Value::Other,
                Value::Time(Timestamp::from_millis(9)),
            ]
        );
        assert_eq!(
            shown(document.as_bytes()).as_str(),
            r#"{"_id":"070707070707070707070707","a":"text","b":7,"c":8,"d":2348000000001.0,"e":null,"f":{"g":true},"h":…,"i":"1970-01-01T00:00:00.009Z"}"#
        );
    }

    #[test]
    fn what_is_nested_without_end_is_no_document() {
        let mut document = rawdoc! {};
        for _ in 0..100 {
            document = rawdoc! { "a": document };
        }
        assert_eq!(read(document.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 5..200)) {
            let length = i32::try_from(bytes.len()).unwrap();
            bytes[..4].copy_from_slice(&length.to_le_bytes());
            *bytes.last_mut().unwrap() = 0;
            let _ = (read(&bytes), shown(&bytes));
        }

        #[test]
        fn never_panics_on_a_document_with_a_broken_byte(at: prop::sample::Index, byte: u8) {
            let document = rawdoc! { "_id": bson::oid::ObjectId::from_bytes([7; 12]), "name": "Amina", "t": { "u": [1, 2] }, "d": 1.5 };
            let mut bytes = document.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = (read(&bytes), shown(&bytes));
        }
    }
}
