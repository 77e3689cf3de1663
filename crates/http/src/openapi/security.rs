//! How callers show who they are.

use utoipa::openapi::RefOr;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

const USER: &str = "user";
const CLIENT_SESSION: &str = "clientSession";
const CLIENT_TOKEN: &str = "clientToken";

pub fn schemes() -> Vec<(String, RefOr<SecurityScheme>)> {
    let user = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "The `accessToken` that `POST /sessions` answers. It lives for 15 minutes, unless set otherwise.",
        ))
        .build();
    let half = |header, about| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(header, about)));
    let session = half("x-client-session", "A client's `session_id`; goes with `x-client-token`.");
    let token =
        half("x-client-token", "The client's `access_token`, which is answered once; goes with `x-client-session`.");
    let all = [(USER, SecurityScheme::Http(user)), (CLIENT_SESSION, session), (CLIENT_TOKEN, token)];
    all.into_iter().map(|(name, scheme)| (name.to_owned(), scheme.into())).collect()
}

/// A user, perhaps narrowed to one of their clients.
pub fn of_a_user() -> Vec<SecurityRequirement> {
    let user = || SecurityRequirement::new(USER, NO_SCOPES);
    vec![user(), both_halves(user())]
}

/// A user or a client.
pub fn of_anyone() -> Vec<SecurityRequirement> {
    let client = both_halves(SecurityRequirement::default());
    let mut requirements = of_a_user();
    requirements.insert(1, client);
    requirements
}

fn both_halves(requirement: SecurityRequirement) -> SecurityRequirement {
    requirement.add(CLIENT_SESSION, NO_SCOPES).add(CLIENT_TOKEN, NO_SCOPES)
}

const NO_SCOPES: [&str; 0] = [];
