use roster_domain::{Timestamp, User, UserId};
use roster_identity::SignedUp;
use serde::Serialize;

use super::clients::ClientJson;
use super::shown::shown;

/// A user.
#[derive(Serialize)]
pub struct UserJson<'a> {
    #[serde(serialize_with = "shown")]
    _id: UserId,
    email: &'a str,
    firstname: &'a str,
    lastname: &'a str,
    #[serde(rename = "createdAt", serialize_with = "shown")]
    created_at: Timestamp,
    #[serde(rename = "updatedAt", serialize_with = "shown")]
    updated_at: Timestamp,
}

/// A new account with its default client, whose access token is shown here once.
#[derive(Serialize)]
pub struct SignedUpJson<'a> {
    #[serde(flatten)]
    user: UserJson<'a>,
    client: ClientJson<'a>,
}

impl<'a> From<&'a User> for UserJson<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            _id: user.id,
            email: user.email.as_str(),
            firstname: user.firstname.as_str(),
            lastname: user.lastname.as_str(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

impl<'a> From<&'a SignedUp> for SignedUpJson<'a> {
    fn from(SignedUp { user, client, access_token }: &'a SignedUp) -> Self {
        Self { user: user.into(), client: ClientJson::new(client, access_token) }
    }
}
