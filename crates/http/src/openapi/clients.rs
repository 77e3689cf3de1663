use serde_json::{Value, json};
use utoipa::openapi::schema::ObjectBuilder;

use super::Resource;
use super::described::Described;
use super::shapes::{boolean, full_line, members, named, object, or_null, string};
use crate::error::Code;
use crate::requests::clients::DELETED;
use crate::requests::lists::{ListFilter, Unfiltered};

const LIST: &str = "/clients";
const ONE: &str = "/clients/{id}";

pub fn resource() -> Resource {
    let fetched = "Client fetched successfully!";
    let deleted = json!({ "n": 1, "ok": 1, "deletedCount": 1, "contacts": 12 });
    let calls = vec![
        Described::post(LIST, "createClient", "Make a client")
            .about("With its default group. Its `access_token` is answered this once.")
            .of_a_user()
            .takes_body(named("NewClient"), json!({ "name": "Shop", "region": "NG" }))
            .answers_state(201, "Client created successfully!", named("ClientWithToken"), &with_its_token())
            .at_its_location(201),
        Described::get(LIST, "listClients", "List your clients")
            .about("Oldest first.")
            .of_a_user()
            .takes(Unfiltered::PARAMETERS)
            .takes_pages()
            .answers_list(fetched, "Client", &example()),
        Described::get(ONE, "getClient", "Read a client").of_a_user().takes_id().answers_state(
            200,
            fetched,
            named("Client"),
            &example(),
        ),
        Described::put(ONE, "updateClient", "Change a client")
            .about("What is derived of its contacts' numbers follows a new `region` in the background.")
            .of_a_user()
            .takes_id()
            .takes_precondition()
            .may_take_body(named("ClientChanges"), json!({ "name": "Shop" }))
            .answers_state(200, "Client updated successfully!", named("Client"), &example())
            .refused(&[Code::DefaultClient]),
        Described::delete(ONE, "deleteClient", "Delete a client")
            .of_a_user()
            .takes_id()
            .takes(DELETED)
            .takes_precondition()
            .answers(200, "Client deleted successfully!", named("DeletedWithContacts"), &deleted)
            .refused(&[Code::DefaultClient, Code::NotEmpty]),
        Described::post("/clients/{id}/credentials", "replaceCredentials", "Replace a client's credentials")
            .about("Those before end at once. The new `access_token` is answered this once.")
            .of_a_user()
            .takes_id()
            .answers(201, "Client credentials created successfully!", named("ClientWithToken"), &with_its_token())
            .at_its_location(201),
    ];
    let shapes = vec![
        ("Client", client().into()),
        ("ClientWithToken", client().property("access_token", string()).required("access_token").into()),
        ("NewClient", given(or_null(region())).required("name").into()),
        ("ClientChanges", given(or_null(region())).property("is_default", boolean()).into()),
    ];
    Resource { name: "Clients", about: "Messaging identities, such as phone numbers.", calls, shapes }
}

fn example() -> Value {
    json!({
        "_id": "649ff7e0e6046617c8aeabf0",
        "name": "Shop",
        "is_default": true,
        "session_id": "0b8f6d5e-6a52-4e0b-9d0c-1f2e3d4c5b6a",
        "region": "NG",
        "createdAt": "2023-07-01T09:52:32.000Z",
        "updatedAt": "2023-07-01T09:52:32.000Z",
    })
}

pub fn with_its_token() -> Value {
    let mut client = example();
    client["access_token"] = json!("rct_…");
    client
}

fn client() -> ObjectBuilder {
    object([
        ("_id", named("Id")),
        ("name", string().into()),
        ("is_default", boolean().into()),
        ("session_id", string().into()),
        ("region", or_null(string()).into()),
        ("createdAt", named("Time")),
        ("updatedAt", named("Time")),
    ])
}

fn region() -> ObjectBuilder {
    let about = "Where its national phone numbers are at home: an ISO 3166-1 alpha-2 code.";
    string().pattern(Some("^[A-Za-z]{2}$")).description(Some(about)).examples(["NG"])
}

fn given(region: ObjectBuilder) -> ObjectBuilder {
    members([("name", full_line(256).into()), ("region", region.into())])
}
