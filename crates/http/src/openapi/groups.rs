use serde_json::{Value, json};

use super::Resource;
use super::described::Described;
use super::shapes::{Shape, boolean, count, full_line, integer, members, named, object, string};
use crate::error::Code;
use crate::requests::groups::{Chosen, DELETED};
use crate::requests::lists::ListFilter;

const LIST: &str = "/contact_groups";
const ONE: &str = "/contact_groups/{id}";

pub fn resource() -> Resource {
    let fetched = "ContactGroup group fetched successfully!";
    let deleted = json!({ "n": 1, "ok": 1, "deletedCount": 1, "contacts": 12 });
    let calls = vec![
        Described::post(LIST, "createGroup", "Make a contact group")
            .about("`is_default` makes it the default group, and unmakes the other.")
            .of_anyone()
            .takes_body(named("NewGroup"), json!({ "title": "Book club" }))
            .answers_state(201, "ContactGroup group created successfully!", named("Group"), &example())
            .at_its_location(201),
        Described::get(LIST, "listGroups", "List contact groups")
            .about("Oldest first. Filters of contacts are allowed only together with `with=counts`.")
            .of_anyone()
            .takes(Chosen::PARAMETERS)
            .takes_pages()
            .answers_list(fetched, "Group", &example())
            .refused(&[Code::ClientScope]),
        Described::get(ONE, "getGroup", "Read a contact group").of_anyone().takes_id().answers_state(
            200,
            fetched,
            named("Group"),
            &example(),
        ),
        Described::put(ONE, "updateGroup", "Change a contact group")
            .about("The default group stays it until another one becomes it.")
            .of_anyone()
            .takes_id()
            .takes_precondition()
            .may_take_body(named("GroupChanges"), json!({ "title": "Book club" }))
            .answers_state(200, "ContactGroup group updated successfully!", named("Group"), &example())
            .refused(&[Code::DefaultGroup]),
        Described::delete(ONE, "deleteGroup", "Delete a contact group")
            .about("At every instant each of its contacts is in a group. Interrupted, the call can be repeated.")
            .of_anyone()
            .takes_id()
            .takes(DELETED)
            .takes_precondition()
            .answers(200, "ContactGroup group deleted successfully!", named("DeletedWithContacts"), &deleted)
            .refused(&[Code::DefaultGroup, Code::NotEmpty]),
    ];
    let shapes =
        vec![("Group", group()), ("NewGroup", given().required("title").into()), ("GroupChanges", given().into())];
    Resource { name: "Contact groups", about: "What contacts are sorted into.", calls, shapes }
}

fn example() -> Value {
    json!({
        "_id": "64a00ec7c5e487d95dcb0d5c",
        "title": "Book club",
        "is_default": false,
        "client_id": "649ff7e0e6046617c8aeabf0",
        "createdAt": "2023-07-01T11:30:47.310Z",
        "updatedAt": "2023-07-01T11:30:47.310Z",
        "__v": 0,
    })
}

fn group() -> Shape {
    object([
        ("_id", named("Id")),
        ("title", string().into()),
        ("is_default", boolean().into()),
        ("client_id", named("Id")),
        ("createdAt", named("Time")),
        ("updatedAt", named("Time")),
        ("__v", integer().into()),
    ])
    .property("contacts", count().description(Some("With `with=counts` only.")))
    .into()
}

fn given() -> utoipa::openapi::ObjectBuilder {
    members([("title", full_line(256).into()), ("is_default", boolean().into())])
}
