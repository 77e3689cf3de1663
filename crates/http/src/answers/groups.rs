use roster_domain::{ClientId, ContactGroup, GroupId, Timestamp};
use serde::Serialize;

use super::shown::shown;

/// A contact group.
#[derive(Serialize)]
pub struct GroupJson<'a> {
    #[serde(serialize_with = "shown")]
    _id: GroupId,
    title: &'a str,
    is_default: bool,
    #[serde(serialize_with = "shown")]
    client_id: ClientId,
    #[serde(rename = "createdAt", serialize_with = "shown")]
    created_at: Timestamp,
    #[serde(rename = "updatedAt", serialize_with = "shown")]
    updated_at: Timestamp,
    __v: i64,
    /// How many contacts there are in it, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<u64>,
}

impl<'a> GroupJson<'a> {
    /// With how many contacts there are in it, if that was counted.
    pub fn counted(group: &'a ContactGroup, contacts: Option<u64>) -> Self {
        Self { contacts, ..Self::from(group) }
    }
}

impl<'a> From<&'a ContactGroup> for GroupJson<'a> {
    fn from(group: &'a ContactGroup) -> Self {
        Self {
            _id: group.id,
            title: group.title.as_str(),
            is_default: group.is_default,
            client_id: group.client_id,
            created_at: group.created_at,
            updated_at: group.updated_at,
            __v: group.legacy_version,
            contacts: None,
        }
    }
}
