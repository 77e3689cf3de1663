//! A value as JSON, MongoDB's extended JSON and BSON have it.

use std::borrow::Cow;

use roster_domain::{ObjectId, Timestamp};

/// A value; borrowed from the document where it can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// The digits, as they were written.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    Id(ObjectId),
    Time(Timestamp),
    Object(Members<'a>),
    /// An array, or what no field of ours is.
    Other,
}

/// The members of an object in their order. Of several with one name the last counts.
pub type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// More members, those of inner objects counted, has no document of ours: memory is bounded by it.
pub const MOST_MEMBERS: usize = 10_000;

/// What extended JSON writes as an object with one member, else the object.
pub fn unwrapped(mut members: Members<'_>) -> Value<'_> {
    let [(name, value)] = members.as_mut_slice() else { return Value::Object(members) };
    let known = match (name.as_ref(), &mut *value) {
        ("$oid", Value::Text(text)) => ObjectId::parse(text).ok().map(Value::Id),
        ("$date", Value::Text(text)) => Timestamp::parse(text).ok().map(Value::Time),
        ("$date", Value::Number(digits)) => {
            digits.parse().ok().map(|millis| Value::Time(Timestamp::from_millis(millis)))
        }
        ("$numberInt" | "$numberLong" | "$numberDouble" | "$numberDecimal", Value::Text(text)) => {
            Some(Value::Number(std::mem::take(text)))
        }
        ("$symbol", Value::Text(text)) => Some(Value::Text(std::mem::take(text))),
        ("$undefined", _) => Some(Value::Null),
        _ => None,
    };
    known.unwrap_or(Value::Object(members))
}
