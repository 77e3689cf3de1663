//! A contact, its members always all there and in the guide's order. Lists hold many of them, so it is written as it
//! stands, piece by piece, and nothing but its texts goes through a serializer.

use std::io::Write;

use roster_domain::{Contact, E164, NumberInfo, SurveySortId, Timestamp, Transaction};

use super::Data;

pub struct ContactJson<'a> {
    contact: &'a Contact,
    /// In the full view only.
    number_info: Option<&'a NumberInfo>,
}

impl<'a> ContactJson<'a> {
    /// With what is derived of the number.
    pub fn full(contact: &'a Contact, info: &'a NumberInfo) -> Self {
        Self { contact, number_info: Some(info) }
    }
}

impl<'a> From<&'a Contact> for ContactJson<'a> {
    fn from(contact: &'a Contact) -> Self {
        Self { contact, number_info: None }
    }
}

impl Data for ContactJson<'_> {
    fn append(self, body: &mut Vec<u8>) -> serde_json::Result<()> {
        let contact = self.contact;
        let Transaction { survey_id, survey_sort_id } = &contact.transaction;
        body.extend_from_slice(br#"{"_id":"#);
        id(body, contact.id.digits());
        body.extend_from_slice(br#","name":"#);
        text(body, contact.name.as_str())?;
        body.extend_from_slice(br#","number":"#);
        text(body, contact.number.as_str())?;
        body.extend_from_slice(br#","client_id":"#);
        id(body, contact.client_id.digits());
        body.extend_from_slice(br#","group_id":"#);
        id(body, contact.group_id.digits());
        body.extend_from_slice(br#","channel":"#);
        text(body, contact.channel.as_str())?;
        body.extend_from_slice(br#","transaction":{"survey_id":"#);
        match survey_id {
            Some(survey_id) => id(body, survey_id.digits()),
            None => body.extend_from_slice(b"null"),
        }
        body.extend_from_slice(br#","survey_sort_id":"#);
        match survey_sort_id {
            // In the JSON type it was sent in.
            Some(SurveySortId::Integer(integer)) => serde_json::to_writer(&mut *body, integer)?,
            Some(SurveySortId::Text(sort)) => text(body, sort)?,
            None => body.extend_from_slice(b"null"),
        }
        body.extend_from_slice(br#"},"createdAt":"#);
        time(body, contact.created_at)?;
        body.extend_from_slice(br#","updatedAt":"#);
        time(body, contact.updated_at)?;
        body.extend_from_slice(br#","__v":"#);
        serde_json::to_writer(&mut *body, &contact.legacy_version)?;
        if let Some(info) = self.number_info {
            body.extend_from_slice(br#","number_info":{"kind":"#);
            text(body, info.kind.as_str())?;
            body.extend_from_slice(br#","e164":"#);
            serde_json::to_writer(&mut *body, &info.e164.as_ref().map(E164::as_str))?;
            body.push(b'}');
        }
        body.push(b'}');
        Ok(())
    }
}

fn text(body: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
    serde_json::to_writer(body, text)
}

fn id(body: &mut Vec<u8>, digits: [u8; 24]) {
    body.push(b'"');
    body.extend_from_slice(&digits);
    body.push(b'"');
}

fn time(body: &mut Vec<u8>, time: Timestamp) -> serde_json::Result<()> {
    body.push(b'"');
    match time.digits() {
        Some(digits) => body.extend_from_slice(&digits),
        None => write!(body, "{time}").map_err(serde_json::Error::io)?,
    }
    body.push(b'"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use roster_domain::{Channel, ClientId, ContactId, ContactName, GroupId, Number, NumberKind, ObjectId};

    fn contact() -> Contact {
        let time = Timestamp::parse("2023-07-07T20:15:45.962Z").unwrap();
        Contact {
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
        }
    }

    fn printed(contact: ContactJson) -> String {
        let mut body = Vec::new();
        contact.append(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn is_printed_as_the_guide_prints_it() {
        assert_eq!(
            printed(ContactJson::from(&contact())),
            concat!(
                r#"{"_id":"64a87271eccf5b76ca8e15ee","name":"Amina \"A\" Bello","number":"2348000000001","#,
                r#""client_id":"649ff7e0e6046617c8aeabf0","group_id":"64a00ec7c5e487d95dcb0d5c","channel":"whatsapp","#,
                r#""transaction":{"survey_id":null,"survey_sort_id":7},"#,
                r#""createdAt":"2023-07-07T20:15:45.962Z","updatedAt":"2023-07-07T20:15:45.962Z","__v":0}"#,
            )
        );
    }

    proptest! {
        /// Whatever texts and times it holds, it is read as what it is.
        #[test]
        fn is_json(
            name: String, number: String, sort: Option<String>, survey: Option<[u8; 12]>, at: i64, version: i64,
            e164: Option<String>,
        ) {
            let at = Timestamp::from_millis(at % 100_000_000_000_000);
            let contact = Contact {
                name: ContactName::from_stored(name.clone()),
                number: Number::from_stored(number.clone()),
                transaction: Transaction {
                    survey_id: survey.map(ObjectId::from_bytes),
                    survey_sort_id: sort.clone().map(SurveySortId::Text),
                },
                created_at: at,
                legacy_version: version,
                ..contact()
            };
            let info = NumberInfo { kind: NumberKind::Other, e164: e164.clone().map(E164::from_stored) };
            let read: serde_json::Value = serde_json::from_str(&printed(ContactJson::full(&contact, &info))).unwrap();
            let expected = serde_json::json!({
                "_id": "64a87271eccf5b76ca8e15ee",
                "name": name,
                "number": number,
                "client_id": "649ff7e0e6046617c8aeabf0",
                "group_id": "64a00ec7c5e487d95dcb0d5c",
                "channel": "whatsapp",
                "transaction": {
                    "survey_id": survey.map(|bytes| ObjectId::from_bytes(bytes).to_string()),
                    "survey_sort_id": sort,
                },
                "createdAt": at.to_string(),
                "updatedAt": "2023-07-07T20:15:45.962Z",
                "__v": version,
                "number_info": { "kind": "other", "e164": e164 },
            });
            prop_assert_eq!(read, expected);
        }
    }
}
