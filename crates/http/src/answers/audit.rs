use std::net::IpAddr;

use roster_domain::{AuditEntry, AuditId, SessionId, Timestamp};
use serde::Serialize;

use super::shown::{shown, shown_if_any};

/// An entry of the audit trail.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntryJson<'a> {
    #[serde(rename = "_id", serialize_with = "shown")]
    id: AuditId,
    event: &'static str,
    /// What it was done to, where that isn't the account itself.
    subject: Option<&'a str>,
    /// In which session it was done.
    #[serde(serialize_with = "shown_if_any")]
    session_id: Option<SessionId>,
    #[serde(serialize_with = "shown_if_any")]
    address: Option<IpAddr>,
    request_id: Option<&'a str>,
    #[serde(serialize_with = "shown")]
    created_at: Timestamp,
}

impl<'a> From<&'a AuditEntry> for AuditEntryJson<'a> {
    fn from(entry: &'a AuditEntry) -> Self {
        Self {
            id: entry.id,
            event: entry.event.as_str(),
            subject: entry.subject.as_deref(),
            session_id: entry.session,
            address: entry.origin.address,
            request_id: entry.origin.request_id.as_deref(),
            created_at: entry.at,
        }
    }
}
