use serde::Serialize;

/// What a deletion did, in the form the guide prints.
#[derive(Serialize)]
pub struct Deleted {
    n: u64,
    ok: u8,
    #[serde(rename = "deletedCount")]
    deleted_count: u64,
    /// How many contacts moved or went with a group or a client.
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<u64>,
}

impl Deleted {
    /// So many things are gone.
    pub const fn things(count: u64) -> Self {
        Self { n: count, ok: 1, deleted_count: count, contacts: None }
    }

    /// A group or a client is gone, and so many contacts moved or went with it.
    pub const fn with_contacts(contacts: u64) -> Self {
        Self { contacts: Some(contacts), ..Self::things(1) }
    }
}
