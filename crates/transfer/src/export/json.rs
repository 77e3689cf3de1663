//! Contacts in the API's own shape.

use std::fmt::Display;
use std::io;

use roster_domain::{Contact, ObjectId, SurveySortId};
use serde::{Serialize, Serializer};

/// The answer of the API to a list.
pub const BEGIN: &[u8] = br#"{"status":true,"message":"Contact fetched successfully!","data":["#;
pub const END: &[u8] = b"]}";

/// Appends a contact, its members always all there and in the guide's order.
pub fn contact(contact: &Contact, to: &mut Vec<u8>) -> io::Result<()> {
    Ok(serde_json::to_writer(to, &ContactJson::of(contact))?)
}

#[derive(Serialize)]
struct ContactJson<'a> {
    _id: Shown<'a, roster_domain::ContactId>,
    name: &'a str,
    number: &'a str,
    client_id: Shown<'a, roster_domain::ClientId>,
    group_id: Shown<'a, roster_domain::GroupId>,
    channel: &'a str,
    transaction: TransactionJson<'a>,
    #[serde(rename = "createdAt")]
    created_at: Shown<'a, roster_domain::Timestamp>,
    #[serde(rename = "updatedAt")]
    updated_at: Shown<'a, roster_domain::Timestamp>,
    __v: i64,
}

#[derive(Serialize)]
struct TransactionJson<'a> {
    survey_id: Option<Shown<'a, ObjectId>>,
    #[serde(serialize_with = "sort_id")]
    survey_sort_id: Option<&'a SurveySortId>,
}

/// As its text.
struct Shown<'a, T>(&'a T);

impl<T: Display> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// In the JSON type it was sent in.
fn sort_id<S: Serializer>(value: &Option<&SurveySortId>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(SurveySortId::Integer(integer)) => serializer.serialize_i64(*integer),
        Some(SurveySortId::Text(text)) => serializer.serialize_str(text),
        None => serializer.serialize_none(),
    }
}

impl<'a> ContactJson<'a> {
    fn of(contact: &'a Contact) -> Self {
        let transaction = TransactionJson {
            survey_id: contact.transaction.survey_id.as_ref().map(Shown),
            survey_sort_id: contact.transaction.survey_sort_id.as_ref(),
        };
        Self {
            _id: Shown(&contact.id),
            name: contact.name.as_str(),
            number: contact.number.as_str(),
            client_id: Shown(&contact.client_id),
            group_id: Shown(&contact.group_id),
            channel: contact.channel.as_str(),
            transaction,
            created_at: Shown(&contact.created_at),
            updated_at: Shown(&contact.updated_at),
            __v: contact.legacy_version,
        }
    }
}
