//! A request's JSON, with numbers as the digits that were sent: an 18-digit id exceeds what a double holds, and a
//! number may be longer than any integer type.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A value. The items of arrays are checked but not kept: no request holds one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// As it was written (but for the sign of an exponent): `-1`, `1.50`, `1e+3`.
    Number(String),
    Text(String),
    Array,
    Object(Object),
}

/// An object's members in their order. Of members with one name the last counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(Vec<(String, Json)>);

impl Object {
    /// With these members.
    pub fn of(members: Vec<(String, Json)>) -> Self {
        Self(members)
    }

    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().rev().find(|(member, _)| member == name).map(|(_, value)| value)
    }
}

/// The text isn't a JSON object; where that shows, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub line: usize,
    pub column: usize,
}

impl Malformed {
    /// The same place, of a text that begins so many bytes into this body.
    pub fn within(self, body: &[u8], start: usize) -> Self {
        let before = &body[..start];
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        Self { line: line + self.line, column: if self.line == 1 { column + self.column } else { self.column } }
    }
}

/// Reads a body. No body is `{}`.
pub fn parse(body: &[u8]) -> Result<Object, Malformed> {
    if body.is_empty() {
        return Ok(Object::default());
    }
    match serde_json::from_slice(body) {
        Ok(Read::Value(Json::Object(object))) => Ok(object),
        Ok(_) => Err(first_character(body)),
        Err(error) => Err(Malformed { line: error.line().max(1), column: error.column().max(1) }),
    }
}

/// Reads a value of whatever type.
pub fn parse_value(text: &str) -> Result<Json, Malformed> {
    match serde_json::from_str(text) {
        Ok(Read::Value(value)) => Ok(value),
        Ok(Read::Digits(_)) => Err(first_character(text.as_bytes())),
        Err(error) => Err(Malformed { line: error.line().max(1), column: error.column().max(1) }),
    }
}

/// Where a body begins that isn't an object.
pub fn first_character(body: &[u8]) -> Malformed {
    let start = body.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let before = &body[..start];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    Malformed { line, column }
}

/// The name under which `serde_json` hands out the digits of longer numbers: as the one member of a map.
const DIGITS: &str = "$serde_json::private::Number";

/// What was read: a value, or the digits inside such a map. The digits come as an owned `String`, which no string
/// literal of a slice ever does; so an object that merely uses that name stays an object.
enum Read {
    Value(Json),
    Digits(String),
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadVisitor)
    }
}

struct ReadVisitor;

impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Read, E> {
        Ok(Read::Value(Json::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Read, E> {
        Ok(Read::Value(Json::Bool(value)))
    }

    // Whole numbers of 64 bits come like this; JSON has one spelling for each.
    fn visit_u64<E: Error>(self, number: u64) -> Result<Read, E> {
        Ok(Read::Value(Json::Number(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Read, E> {
        Ok(Read::Value(Json::Number(number.to_string())))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Read, E> {
        Ok(Read::Value(Json::Text(text.to_owned())))
    }

    fn visit_string<E: Error>(self, digits: String) -> Result<Read, E> {
        Ok(Read::Digits(digits))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Read, A::Error> {
        while items.next_element::<Read>()?.is_some() {}
        Ok(Read::Value(Json::Array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            match map.next_value()? {
                Read::Digits(digits) if name == DIGITS => return Ok(Read::Value(Json::Number(digits))),
                Read::Digits(_) => return Err(A::Error::custom("digits without a number")),
                Read::Value(value) => members.push((name, value)),
            }
        }
        Ok(Read::Value(Json::Object(Object(members))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn member(body: &str) -> Option<Json> {
        parse(body.as_bytes()).ok().and_then(|object| object.get("a").cloned())
    }

    #[rstest]
    #[case(r#"{"a": 120363045767536459}"#, Json::Number("120363045767536459".into()))]
    #[case(r#"{"a": 18446744073709551616}"#, Json::Number("18446744073709551616".into()))]
    #[case(r#"{"a": -1}"#, Json::Number("-1".into()))]
    #[case(r#"{"a": -0}"#, Json::Number("-0".into()))]
    #[case(r#"{"a": 1.50}"#, Json::Number("1.50".into()))]
    #[case(r#"{"a": 1e+999}"#, Json::Number("1e+999".into()))]
    #[case(r#"{"a": "1\u0032"}"#, Json::Text("12".into()))]
    #[case(r#"{"a": "1", "a": null}"#, Json::Null)]
    #[case(r#"{"a": [1, {"b": "c"}]}"#, Json::Array)]
    #[case(r#"{"a": true}"#, Json::Bool(true))]
    fn values(#[case] body: &str, #[case] value: Json) {
        assert_eq!(member(body), Some(value));
    }

    #[rstest]
    #[case(r#"{"a": {"$serde_json::private::Number": "12"}}"#)]
    #[case(r#"{"a": {"$serde_json::private::Number": 12}}"#)]
    #[case(r#"{"a": {"$serde_json::private::Number": 18446744073709551616}}"#)]
    #[case(r#"{"a": {"$serde_json::private::N\u0075mber": "x"}}"#)]
    fn an_object_is_never_a_number(#[case] body: &str) {
        assert!(matches!(member(body), Some(Json::Object(_))), "{body}");
    }

    #[test]
    fn no_body_is_an_empty_object() {
        assert_eq!(parse(b""), Ok(Object::default()));
    }

    #[rstest]
    #[case(b"[1]", 1, 1)]
    #[case(b"\n\n  5", 3, 3)]
    #[case(b"{\"a\": 1,}", 1, 9)]
    #[case(b"{\"a\": 1} x", 1, 10)]
    #[case(b"{\n\"a\"", 2, 3)]
    #[case(b"a=b", 1, 1)]
    #[case(b"\xef\xbb\xbf{}", 1, 1)]
    fn says_where(#[case] body: &[u8], #[case] line: usize, #[case] column: usize) {
        assert_eq!(parse(body), Err(Malformed { line, column }));
    }

    #[rstest]
    #[case(br#"{"a": "\ud800"}"#)]
    #[case(b"{\"a\": \"\xff\"}")]
    #[case(b"{\"a\": \"\x00\"}")]
    #[case(b"{\"a\": 01}")]
    #[case(b" ")]
    fn refuses(#[case] body: &[u8]) {
        assert!(parse(body).is_err());
    }

    #[test]
    fn refuses_what_is_nested_too_deep() {
        let body = format!("{{\"a\": {}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(parse(body.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(body: Vec<u8>) {
            let _ = parse(&body);
        }

        #[test]
        fn never_panics_on_what_looks_like_json(body in r#"[\[\]{}",:0-9eE.\\a-f \n-]{0,60}"#) {
            let _ = parse(body.as_bytes());
        }

        #[test]
        fn reads_every_text_back(text: String) {
            let body = serde_json::json!({ "a": text }).to_string();
            prop_assert_eq!(member(&body), Some(Json::Text(text)));
        }

        #[test]
        fn keeps_every_digit(digits in "-?(0|[1-9][0-9]{0,300})") {
            prop_assert_eq!(member(&format!("{{\"a\":{digits}}}")), Some(Json::Number(digits)));
        }
    }
}
