//! Clients: messaging identities of a user.

use crate::values::{ClientName, ClientSessionId, Region};
use crate::{ClientId, NewGroup, Timestamp, UserId, Version};

/// One messaging identity of a user, e.g. one phone number: it owns groups and contacts, and its credentials
/// (`session_id` and `access_token`) reach it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// `_id`.
    pub id: ClientId,
    /// What the user calls it.
    pub name: ClientName,
    /// Whether it is the one meant when the user names none. Each user has exactly one.
    pub is_default: bool,
    /// The public half of its credentials.
    pub session_id: ClientSessionId,
    /// Where its national phone numbers are at home.
    pub region: Option<Region>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts every change of the row.
    pub revision: i64,
}

impl Client {
    /// The state it is in.
    #[must_use]
    pub const fn version(&self) -> Version {
        Version { created_at: self.created_at, revision: self.revision }
    }
}

/// A client to be made, with its default group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClient {
    /// `_id`.
    pub id: ClientId,
    /// See [`Client::name`].
    pub name: ClientName,
    /// See [`Client::session_id`].
    pub session_id: ClientSessionId,
    /// The hash of the secret half of its credentials.
    pub token_hash: TokenHash,
    /// See [`Client::region`].
    pub region: Option<Region>,
    /// See [`Client::created_at`].
    pub created_at: Timestamp,
    /// See [`Client::updated_at`].
    pub updated_at: Timestamp,
    /// Its first group, which is its default one whatever `is_default` says.
    pub group: NewGroup,
}

/// What is to be changed of a client: only what is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientChanges {
    /// See [`Client::name`].
    pub name: Option<ClientName>,
    /// See [`Client::region`]; `Some(None)` clears it. With another region what is derived of the client's numbers is
    /// derived anew, in steps, behind the answer: see [`Housekeeping::derive_some`](crate::ports::Housekeeping).
    pub region: Option<Option<Region>>,
    /// `true` makes it the default client and unmakes the other.
    pub is_default: Option<bool>,
}

/// New credentials for a client, instead of those it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredentials {
    /// The public half.
    pub session_id: ClientSessionId,
    /// The hash of the secret half.
    pub token_hash: TokenHash,
}

/// SHA-256 of a random secret: what is stored in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

/// What a `session_id` leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCredential {
    /// Whose client it is.
    pub user: UserId,
    /// The client.
    pub client: ClientId,
    /// What the secret half must hash to.
    pub token_hash: TokenHash,
}
