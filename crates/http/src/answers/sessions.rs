use roster_domain::SessionId;
use roster_identity::SignedIn;
use secrecy::ExposeSecret;
use serde::Serialize;

use super::shown::shown;

/// A new session with its tokens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedInJson<'a> {
    #[serde(rename = "_id", serialize_with = "shown")]
    id: SessionId,
    access_token: &'a str,
    refresh_token: &'a str,
    /// Seconds that the access token lives.
    expires_in: u64,
}

impl<'a> From<&'a SignedIn> for SignedInJson<'a> {
    fn from(signed_in: &'a SignedIn) -> Self {
        Self {
            id: signed_in.session,
            access_token: signed_in.access_token.expose_secret(),
            refresh_token: signed_in.refresh_token.expose_secret(),
            expires_in: signed_in.expires_in.as_secs(),
        }
    }
}
