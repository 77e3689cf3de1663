//! `{"status": false, "message": …, "error": …}` for every failure.

use serde::{Serialize, Serializer};

use super::ReasonJson;
use crate::failure::Failure;
use crate::problems::Problem;

/// A failure as it is answered: nothing of its cause is in it.
#[derive(Serialize)]
pub struct FailureJson<'a> {
    status: bool,
    message: &'a str,
    error: ErrorJson<'a>,
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    code: &'static str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    fields: Fields<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonJson<'a>>,
}

/// What is wrong with which fields.
pub struct Fields<'a>(pub &'a [Problem]);

impl Fields<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Serialize)]
struct FieldJson<'a> {
    path: &'a str,
    code: &'static str,
    message: String,
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|Problem { path, invalid }| FieldJson {
            path,
            code: invalid.code.as_str(),
            message: format!("{path} {}", invalid.message),
        }))
    }
}

impl<'a> FailureJson<'a> {
    pub fn of(failure: &'a Failure, request_id: &'a str) -> Self {
        let (index, reason) =
            failure.refused.as_deref().map(|(index, reason)| (*index, ReasonJson::of(reason))).unzip();
        Self {
            status: false,
            message: failure.message.as_deref().unwrap_or(failure.code.message()),
            error: ErrorJson {
                code: failure.code.as_str(),
                request_id,
                fields: Fields(&failure.fields),
                index,
                reason,
            },
        }
    }
}
