use roster_domain::{
    ClientId, Contact, ContactId, E164, GroupId, NumberInfo, ObjectId, SurveySortId, Timestamp, Transaction,
};
use serde::{Serialize, Serializer};

use super::shown::shown;

/// A contact, its members always all there and in the guide's order.
#[derive(Serialize)]
pub struct ContactJson<'a> {
    #[serde(serialize_with = "shown")]
    _id: ContactId,
    name: &'a str,
    number: &'a str,
    #[serde(serialize_with = "shown")]
    client_id: ClientId,
    #[serde(serialize_with = "shown")]
    group_id: GroupId,
    channel: &'a str,
    transaction: TransactionJson<'a>,
    #[serde(rename = "createdAt", serialize_with = "shown")]
    created_at: Timestamp,
    #[serde(rename = "updatedAt", serialize_with = "shown")]
    updated_at: Timestamp,
    __v: i64,
    /// In the full view only.
    #[serde(skip_serializing_if = "Option::is_none")]
    number_info: Option<NumberInfoJson<'a>>,
}

#[derive(Serialize)]
struct NumberInfoJson<'a> {
    kind: &'static str,
    e164: Option<&'a str>,
}

#[derive(Serialize)]
struct TransactionJson<'a> {
    survey_id: Shown<ObjectId>,
    #[serde(serialize_with = "sort_id")]
    survey_sort_id: Option<&'a SurveySortId>,
}

struct Shown<T>(Option<T>);

impl<T: std::fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
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
    /// With what is derived of the number.
    pub fn full(contact: &'a Contact, info: &'a NumberInfo) -> Self {
        let info = NumberInfoJson { kind: info.kind.as_str(), e164: info.e164.as_ref().map(E164::as_str) };
        Self { number_info: Some(info), ..Self::from(contact) }
    }
}

impl<'a> From<&'a Contact> for ContactJson<'a> {
    fn from(contact: &'a Contact) -> Self {
        let Transaction { survey_id, survey_sort_id } = &contact.transaction;
        Self {
            _id: contact.id,
            name: contact.name.as_str(),
            number: contact.number.as_str(),
            client_id: contact.client_id,
            group_id: contact.group_id,
            channel: contact.channel.as_str(),
            transaction: TransactionJson { survey_id: Shown(*survey_id), survey_sort_id: survey_sort_id.as_ref() },
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            __v: contact.legacy_version,
            number_info: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::{Channel, ContactName, Number};

    #[test]
    fn is_printed_as_the_guide_prints_it() {
        let time = Timestamp::parse("2023-07-07T20:15:45.962Z").unwrap();
        let contact = Contact {
            id: ContactId::parse("64a87271eccf5b76ca8e15ee").unwrap(),
            client_id: ClientId::parse("649ff7e0e6046617c8aeabf0").unwrap(),
            group_id: GroupId::parse("64a00ec7c5e487d95dcb0d5c").unwrap(),
            name: ContactName::parse("Amina \"A\" Bello").unwrap(),
            number: Number::parse("2348000000001").unwrap(),
            channel: Channel::default(),
            transaction: Transaction { survey_id: None, survey_sort_id: Some(SurveySortId::Integer(7)) },
            created_at: time,
            updated_at: time,
            legacy_version: 0,
            revision: 1,
        };
        assert_eq!(
            serde_json::to_string(&ContactJson::from(&contact)).unwrap(),
            concat!(
                r#"{"_id":"64a87271eccf5b76ca8e15ee","name":"Amina \"A\" Bello","number":"2348000000001","#,
                r#""client_id":"649ff7e0e6046617c8aeabf0","group_id":"64a00ec7c5e487d95dcb0d5c","channel":"whatsapp","#,
                r#""transaction":{"survey_id":null,"survey_sort_id":7},"#,
                r#""createdAt":"2023-07-07T20:15:45.962Z","updatedAt":"2023-07-07T20:15:45.962Z","__v":0}"#,
            )
        );
    }
}
