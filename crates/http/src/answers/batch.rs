//! What came of a batch: a result for each operation, and how many came to what.

use roster_domain::ContactId;
use serde::{Serialize, Serializer};

use super::failures::Fields;
use super::{ContactJson, Data};
use crate::batch::{Came, Counts, Reason};

/// All of it, as the data of one answer.
pub struct BatchJson<'a> {
    pub counts: &'a Counts,
    pub results: &'a [Came],
}

impl Data for BatchJson<'_> {
    fn append(self, body: &mut Vec<u8>) -> serde_json::Result<()> {
        body.extend_from_slice(br#"{"counts":"#);
        self.counts.append(body)?;
        body.extend_from_slice(br#","results":["#);
        for (index, came) in self.results.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            ResultJson { of: ("index", index as u64), came }.append(body)?;
        }
        body.extend_from_slice(b"]}");
        Ok(())
    }
}

/// What came of one operation.
pub struct ResultJson<'a> {
    /// Which: its `index` from 0, or its `line` from 1.
    pub of: (&'static str, u64),
    pub came: &'a Came,
}

impl Data for ResultJson<'_> {
    fn append(self, body: &mut Vec<u8>) -> serde_json::Result<()> {
        let (name, number) = self.of;
        let (outcome, contact) = match self.came {
            Came::Created(contact) => ("created", contact),
            Came::Updated(contact) => ("updated", contact),
            Came::Unchanged(contact) => ("unchanged", contact),
            Came::Skipped(contact) => ("skipped", contact),
            Came::Deleted(contact) => ("deleted", contact),
            Came::Refused(reason) => {
                body.extend_from_slice(format!(r#"{{"{name}":{number},"outcome":"refused","#).as_bytes());
                return append_members(&ReasonJson::of(reason), body);
            }
        };
        body.extend_from_slice(format!(r#"{{"{name}":{number},"outcome":"{outcome}","contact":"#).as_bytes());
        ContactJson::from(contact).append(body)?;
        body.push(b'}');
        Ok(())
    }
}

/// An object's members, and its end: its beginning is there.
fn append_members(object: &impl Serialize, body: &mut Vec<u8>) -> serde_json::Result<()> {
    let written = serde_json::to_vec(object)?;
    body.extend_from_slice(written.get(1..).unwrap_or_default());
    Ok(())
}

#[derive(Serialize)]
pub struct ReasonJson<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    fields: Fields<'a>,
    #[serde(skip_serializing_if = "Ids::is_empty")]
    ids: Ids<'a>,
}

impl<'a> ReasonJson<'a> {
    pub fn of(reason: &'a Reason) -> Self {
        Self {
            code: reason.code.as_str(),
            message: &reason.message,
            fields: Fields(&reason.fields),
            ids: Ids(&reason.ids),
        }
    }
}

struct Ids<'a>(&'a [ContactId]);

impl Ids<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Ids<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}
