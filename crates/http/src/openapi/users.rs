use serde_json::{Value, json};
use utoipa::openapi::{KnownFormat, SchemaFormat};

use super::described::Described;
use super::shapes::{Shape, line, members, named, named_or_null, object, or_null, string, word};
use super::{Resource, clients};
use crate::error::Code;
use crate::requests::lists::{ListFilter, Unfiltered};
use roster_domain::AuditEvent;

const ME: &str = "/users/me";

pub fn resource() -> Resource {
    let entry = json!({
        "_id": "0197a3c8-4f2e-7c31-9d0c-1f2e3d4c5b6a",
        "event": "sign_in_succeeded",
        "subject": null,
        "sessionId": "0197a3c8-4f2e-7c31-9d0c-1f2e3d4c5b6a",
        "address": "192.0.2.1",
        "requestId": "4f2e7c319d0c1f2e",
        "createdAt": "2025-06-24T09:30:00.000Z",
    });
    let mut signed_up = example();
    signed_up["client"] = clients::with_its_token();
    let calls = vec![
        Described::post("/users", "createUser", "Make an account")
            .about(
                "With its default client, whose `access_token` is answered this once, and that with its default group.",
            )
            .takes_body(named("NewUser"), json!({ "email": "ada@example.org", "password": "a long story short" }))
            .answers_state(201, "User created successfully!", named("SignedUp"), &signed_up)
            .at_its_location(201)
            .refused(&[Code::EmailTaken, Code::RegistrationClosed, Code::RateLimited]),
        Described::get(ME, "getUser", "Read your account").of_a_user().answers_state(
            200,
            "User fetched successfully!",
            named("User"),
            &example(),
        ),
        Described::put(ME, "updateUser", "Change your account")
            .about("A new address or password needs the `currentPassword`; a new password ends all other sessions.")
            .of_a_user()
            .takes_precondition()
            .may_take_body(named("UserChanges"), json!({ "firstname": "Ada" }))
            .answers_state(200, "User updated successfully!", named("User"), &example())
            .refused(&[Code::EmailTaken, Code::RateLimited]),
        Described::delete(ME, "deleteUser", "Erase your account")
            .about("With everything in it.")
            .of_a_user()
            .takes_precondition()
            .takes_body(object([("password", string().into())]).into(), json!({ "password": "a long story short" }))
            .answers(
                200,
                "User deleted successfully!",
                named("Deleted"),
                &json!({ "n": 1, "ok": 1, "deletedCount": 1 }),
            )
            .refused(&[Code::RateLimited]),
        Described::get("/users/me/audit", "listAudit", "Read the audit trail of your account")
            .about("Newest first.")
            .of_a_user()
            .takes(Unfiltered::PARAMETERS)
            .takes_pages()
            .answers_list("Audit trail fetched successfully!", "AuditEntry", &entry),
    ];
    let shapes = vec![
        ("User", user().into()),
        ("SignedUp", user().property("client", named("ClientWithToken")).required("client").into()),
        ("NewUser", given().required("email").required("password").into()),
        ("UserChanges", given().property("currentPassword", string()).into()),
        ("AuditEntry", audit_entry()),
    ];
    Resource { name: "Users", about: "Accounts.", calls, shapes }
}

fn example() -> Value {
    json!({
        "_id": "649ff7e0e6046617c8aeabef",
        "email": "ada@example.org",
        "firstname": "Ada",
        "lastname": "",
        "createdAt": "2023-07-01T09:52:32.000Z",
        "updatedAt": "2023-07-01T09:52:32.000Z",
    })
}

fn user() -> utoipa::openapi::ObjectBuilder {
    object([
        ("_id", named("Id")),
        ("email", string().into()),
        ("firstname", string().into()),
        ("lastname", string().into()),
        ("createdAt", named("Time")),
        ("updatedAt", named("Time")),
    ])
}

fn given() -> utoipa::openapi::ObjectBuilder {
    let email = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))).max_length(Some(254));
    let password = string().min_length(Some(8)).max_length(Some(128));
    members([
        ("email", email.into()),
        ("password", password.description(Some("None of the commonest.")).into()),
        ("passwordConfirmation", string().description(Some("The same once more, where there is one.")).into()),
        ("firstname", line(128).into()),
        ("lastname", line(128).into()),
    ])
}

fn audit_entry() -> Shape {
    object([
        ("_id", named("Uuid")),
        ("event", word(AuditEvent::ALL.map(AuditEvent::as_str)).into()),
        ("subject", or_null(string()).description(Some("What it was done to, if not the account itself.")).into()),
        ("sessionId", named_or_null("Uuid")),
        ("address", or_null(string()).description(Some("Where the call came from.")).into()),
        ("requestId", or_null(string()).into()),
        ("createdAt", named("Time")),
    ])
    .into()
}
