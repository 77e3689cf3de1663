use roster_domain::{Session, SessionId, Timestamp};
use roster_identity::SignedIn;
use secrecy::ExposeSecret;
use serde::Serialize;

use super::shown::shown;

/// A session with its tokens, which are shown when they are made and never again.
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

/// A session as its user sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionJson<'a> {
    #[serde(rename = "_id", serialize_with = "shown")]
    id: SessionId,
    user_agent: &'a str,
    #[serde(serialize_with = "shown")]
    created_at: Timestamp,
    #[serde(serialize_with = "shown")]
    last_used_at: Timestamp,
    #[serde(serialize_with = "shown")]
    expires_at: Timestamp,
    /// Whether the call was made in it.
    current: bool,
}

impl<'a> SessionJson<'a> {
    pub fn new(session: &'a Session, current: SessionId) -> Self {
        Self {
            id: session.id,
            user_agent: &session.user_agent,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            current: session.id == current,
        }
    }
}
