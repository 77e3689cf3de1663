use serde_json::json;

use super::Resource;
use super::described::Described;
use super::shapes::{Shape, boolean, count, named, object, string};
use crate::error::Code;
use crate::requests::lists::{ListFilter, Unfiltered};
use crate::requests::sessions::ENDED;

const LIST: &str = "/sessions";

pub fn resource() -> Resource {
    let ended = "Session deleted successfully!";
    let deleted = json!({ "n": 1, "ok": 1, "deletedCount": 1 });
    let signed_in = json!({
        "_id": "0197a3c8-4f2e-7c31-9d0c-1f2e3d4c5b6a",
        "accessToken": "…",
        "refreshToken": "…",
        "expiresIn": 900,
    });
    let session = json!({
        "_id": "0197a3c8-4f2e-7c31-9d0c-1f2e3d4c5b6a",
        "userAgent": "curl/8.5.0",
        "createdAt": "2025-06-24T09:30:00.000Z",
        "lastUsedAt": "2025-06-24T09:00:00.000Z",
        "expiresAt": "2026-06-24T09:30:00.000Z",
        "current": true,
    });
    let credentials = object([("email", string().into()), ("password", string().into())]);
    let refresh = object([("refreshToken", string().into())]);
    let calls = vec![
        Described::post(LIST, "createSession", "Sign in")
            .takes_body(credentials.into(), json!({ "email": "ada@example.org", "password": "a long story short" }))
            .answers(201, "Session created successfully!", named("SignedIn"), &signed_in)
            .at_its_location(201)
            .refused(&[Code::BadCredentials, Code::RateLimited]),
        Described::get(LIST, "listSessions", "List your sessions")
            .about("Those that live, newest first.")
            .of_a_user()
            .takes(Unfiltered::PARAMETERS)
            .takes_pages()
            .answers_list("Session fetched successfully!", "Session", &session),
        Described::delete(LIST, "deleteOwnSession", "Sign out").of_a_user().takes(ENDED).answers(
            200,
            ended,
            named("Deleted"),
            &deleted,
        ),
        Described::post("/sessions/refresh", "refreshSession", "Get new tokens")
            .about(
                "A new access token and a new refresh token. The refresh token before the current one still works \
                 for a moment, and as long as the current pair is unused; anything older ends the session.",
            )
            .takes_body(refresh.into(), json!({ "refreshToken": "…" }))
            .answers(200, "Session refreshed successfully!", named("SignedIn"), &signed_in)
            .refused(&[Code::Unauthenticated]),
        Described::delete("/sessions/{id}", "deleteSession", "End a session").of_a_user().takes_uuid().answers(
            200,
            ended,
            named("Deleted"),
            &deleted,
        ),
    ];
    Resource {
        name: "Sessions",
        about: "Signing in and out.",
        calls,
        shapes: vec![("SignedIn", signed_in_shape()), ("Session", session_shape())],
    }
}

fn signed_in_shape() -> Shape {
    object([
        ("_id", named("Uuid")),
        ("accessToken", string().into()),
        ("refreshToken", string().into()),
        ("expiresIn", count().description(Some("Seconds that the access token lives.")).into()),
    ])
    .into()
}

fn session_shape() -> Shape {
    object([
        ("_id", named("Uuid")),
        ("userAgent", string().into()),
        ("createdAt", named("Time")),
        ("lastUsedAt", named("Time")),
        ("expiresAt", named("Time")),
        ("current", boolean().description(Some("Whether the call was made in it.")).into()),
    ])
    .into()
}
