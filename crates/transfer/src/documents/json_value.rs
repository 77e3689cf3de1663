//! JSON to values.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::value::{MOST_MEMBERS, Members, Value, unwrapped};

/// Reads a document.
pub fn read(text: &[u8]) -> Result<Value<'_>, serde_json::Error> {
    let mut members_left = MOST_MEMBERS;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = Reader { members_left: &mut members_left }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    match read {
        Read::Value(value) => Ok(value),
        Read::Digits(_) => Ok(Value::Other),
    }
}

/// The name under which `serde_json` hands out the digits of longer numbers: as the one member of a map.
const DIGITS: &str = "$serde_json::private::Number";

/// What was read: a value, or the digits inside such a map. The digits come as an owned `String`, which no string
/// literal of a slice ever does; so an object that merely uses that name stays an object.
enum Read<'a> {
    Value(Value<'a>),
    Digits(String),
}

/// Reads a value, as long as there aren't too many of them.
struct Reader<'m> {
    members_left: &'m mut usize,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Read<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Read<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Read<'de>, E> {
        Ok(Read::Value(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Read<'de>, E> {
        Ok(Read::Value(Value::Bool(value)))
    }

    // Whole numbers of 64 bits come like this; JSON has one spelling for each.
    fn visit_u64<E: Error>(self, number: u64) -> Result<Read<'de>, E> {
        Ok(Read::Value(Value::Number(Cow::Owned(number.to_string()))))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Read<'de>, E> {
        Ok(Read::Value(Value::Number(Cow::Owned(number.to_string()))))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Read<'de>, E> {
        Ok(Read::Value(Value::Number(Cow::Owned(number.to_string()))))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Read<'de>, E> {
        Ok(Read::Value(Value::Text(Cow::Borrowed(text))))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Read<'de>, E> {
        Ok(Read::Value(Value::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_string<E: Error>(self, digits: String) -> Result<Read<'de>, E> {
        Ok(Read::Digits(digits))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Read<'de>, A::Error> {
        while items.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(Read::Value(Value::Other))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read<'de>, A::Error> {
        let mut members = Members::new();
        while let Some(Name(name)) = map.next_key()? {
            let left = self.members_left.checked_sub(1).ok_or_else(|| A::Error::custom("too many members"))?;
            *self.members_left = left;
            match map.next_value_seed(Reader { members_left: self.members_left })? {
                Read::Digits(digits) if name == DIGITS => return Ok(Read::Value(Value::Number(Cow::Owned(digits)))),
                Read::Digits(_) => return Err(A::Error::custom("digits without a number")),
                Read::Value(value) => {
                    // A contact has ten members: no use in growing towards them.
                    if members.capacity() == 0 && name.as_ref() != "$oid" && name.as_ref() != "$date" {
                        members.reserve(12);
                    }
                    members.push((name, value));
                }
            }
        }
        Ok(Read::Value(unwrapped(members)))
    }
}

/// A member's name, borrowed unless it is escaped.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use roster_domain::{ObjectId, Timestamp};
    use rstest::rstest;

    fn member(json: &str) -> Option<Value<'_>> {
        match read(json.as_bytes()) {
            Ok(Value::Object(mut members)) => Some(members.pop()?.1),
            _ => None,
        }
    }

    #[rstest]
    #[case(r#"{"a": {"$oid": "64a87271eccf5b76ca8e15ee"}}"#, Value::Id(ObjectId::parse("64a87271eccf5b76ca8e15ee").unwrap()))]
    #[case(r#"{"a": {"$date": "1970-01-01T00:00:00.007Z"}}"#, Value::Time(Timestamp::from_millis(7)))]
    #[case(r#"{"a": {"$date": {"$numberLong": "7"}}}"#, Value::Time(Timestamp::from_millis(7)))]
    #[case(r#"{"a": {"$date": 7}}"#, Value::Time(Timestamp::from_millis(7)))]
    #[case(r#"{"a": {"$numberInt": "7"}}"#, Value::Number("7".into()))]
    #[case(r#"{"a": {"$numberLong": "7"}}"#, Value::Number("7".into()))]
    #[case(r#"{"a": {"$numberDouble": "7.0"}}"#, Value::Number("7.0".into()))]
    #[case(r#"{"a": 120363045767536459}"#, Value::Number("120363045767536459".into()))]
    #[case(r#"{"a": 18446744073709551616}"#, Value::Number("18446744073709551616".into()))]
    #[case(r#"{"a": 1.50}"#, Value::Number("1.50".into()))]
    #[case(r#"{"a": "1\u0032"}"#, Value::Text("12".into()))]
    #[case(r#"{"a": [1, {"b": "c"}]}"#, Value::Other)]
    #[case(r#"{"a": null}"#, Value::Null)]
    fn values(#[case] json: &str, #[case] value: Value<'static>) {
        assert_eq!(member(json), Some(value));
    }

    #[rstest]
    #[case(r#"{"a": {"$oid": "x"}}"#)]
    #[case(r#"{"a": {"$date": "x"}}"#)]
    #[case(r#"{"a": {"$serde_json::private::Number": "12"}}"#)]
    fn what_is_not_well_formed_stays_an_object(#[case] json: &str) {
        assert!(matches!(member(json), Some(Value::Object(_))), "{json}");
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }

        #[test]
        fn never_panics_on_what_looks_like_json(text in r#"\{("(\$oid|\$date|\$numberLong|a|\\u0061)":[\[\]{}",:0-9eE.]{0,6},?){0,4}\}?"#) {
            let _ = read(text.as_bytes());
        }
    }
}
