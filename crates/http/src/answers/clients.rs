use roster_domain::{Client, ClientId, Region, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::shown::shown;

/// A client; with the secret half of its credentials only when that was just made.
#[derive(Serialize)]
pub struct ClientJson<'a> {
    #[serde(serialize_with = "shown")]
    _id: ClientId,
    name: &'a str,
    is_default: bool,
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<&'a str>,
    region: Option<&'a str>,
    #[serde(rename = "createdAt", serialize_with = "shown")]
    created_at: Timestamp,
    #[serde(rename = "updatedAt", serialize_with = "shown")]
    updated_at: Timestamp,
}

impl<'a> ClientJson<'a> {
    /// A new client: the one answer that shows its access token.
    pub fn new(client: &'a Client, access_token: &'a SecretString) -> Self {
        Self { access_token: Some(access_token.expose_secret()), ..Self::from(client) }
    }
}

impl<'a> From<&'a Client> for ClientJson<'a> {
    fn from(client: &'a Client) -> Self {
        Self {
            _id: client.id,
            name: client.name.as_str(),
            is_default: client.is_default,
            session_id: client.session_id.as_str(),
            access_token: None,
            region: client.region.as_ref().map(Region::as_str),
            created_at: client.created_at,
            updated_at: client.updated_at,
        }
    }
}
