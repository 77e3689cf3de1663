use serde_json::{Value, json};

use super::Resource;
use super::described::Described;
use super::shapes::{
    Shape, any_of, count, id, integer, line, members, named, named_or_null, object, or_null, string, word,
};
use crate::error::Code;
use crate::requests::contacts::{COUNTED, DELETED, Listed, VIEWED};
use crate::requests::lists::ListFilter;
use roster_domain::NumberKind;

const LIST: &str = "/contact";
const ONE: &str = "/contact/{id}";

pub fn resource() -> Resource {
    let fetched = "Contact fetched successfully!";
    let deleted = json!({ "n": 1, "ok": 1, "deletedCount": 1 });
    let calls = vec![
        Described::post(LIST, "createContact", "Make a contact")
            .about(
                "It goes to the default group unless `group_id` says otherwise; a group out of reach is 422 `unknown`.",
            )
            .of_anyone()
            .takes_body(named("NewContact"), json!({ "name": "Amina Bello", "number": "2348000000001" }))
            .answers_state(201, "Contact created successfully!", named("Contact"), &example())
            .at_its_location(201),
        Described::get(LIST, "listContacts", "List contacts")
            .about("Newest first, unless `sort` says otherwise. As lines too, for `Accept: application/x-ndjson`.")
            .of_anyone()
            .takes(Listed::PARAMETERS)
            .takes_pages()
            .answers_list(fetched, "Contact", &example())
            .also_as(200, "application/x-ndjson", string().description(Some("A contact a line.")).into())
            .refused(&[Code::ClientScope, Code::NotAcceptable]),
        Described::delete(LIST, "deleteContacts", "Delete contacts")
            .about("Those that the filters name, of which there must be one. `confirm` says how many they are.")
            .of_anyone()
            .takes(DELETED)
            .answers(200, "Contact deleted successfully!", named("Deleted"), &deleted)
            .refused(&[Code::ClientScope, Code::CountChanged]),
        Described::get("/contact/count", "countContacts", "Count contacts")
            .of_anyone()
            .takes(COUNTED)
            .answers(
                200,
                "Contact counted successfully!",
                object([("count", count().into())]).into(),
                &json!({ "count": 1 }),
            )
            .refused(&[Code::ClientScope]),
        Described::get(ONE, "getContact", "Read a contact").of_anyone().takes_id().takes(VIEWED).answers_state(
            200,
            fetched,
            named("Contact"),
            &example(),
        ),
        Described::put(ONE, "updateContact", "Change a contact")
            .about("What is sent is changed. `group_id` moves it within its client.")
            .of_anyone()
            .takes_id()
            .takes_precondition()
            .may_take_body(named("ContactChanges"), json!({ "name": "Amina Bello" }))
            .answers_state(200, "Contact updated successfully!", named("Contact"), &example()),
        Described::delete(ONE, "deleteContact", "Delete a contact")
            .of_anyone()
            .takes_id()
            .takes_precondition()
            .answers(200, "Contact deleted successfully!", named("Deleted"), &deleted),
    ];
    let shapes = vec![
        ("Contact", contact()),
        ("NewContact", new_contact()),
        ("ContactChanges", changes()),
        ("Number", number()),
        ("Transaction", transaction()),
        ("TransactionChanges", transaction_changes()),
    ];
    Resource { name: "Contacts", about: "Whom a company talks to.", calls, shapes }
}

pub fn example() -> Value {
    json!({
        "_id": "64a87271eccf5b76ca8e15ee",
        "name": "Amina Bello",
        "number": "2348000000001",
        "client_id": "649ff7e0e6046617c8aeabf0",
        "group_id": "64a00ec7c5e487d95dcb0d5c",
        "channel": "whatsapp",
        "transaction": { "survey_id": null, "survey_sort_id": null },
        "createdAt": "2023-07-07T20:15:45.962Z",
        "updatedAt": "2023-07-07T20:15:45.962Z",
        "__v": 0,
    })
}

fn contact() -> Shape {
    let number_info =
        object([("kind", word(NumberKind::ALL.map(NumberKind::as_str)).into()), ("e164", or_null(string()).into())]);
    object([
        ("_id", named("Id")),
        ("name", string().into()),
        ("number", string().description(Some("As it was sent, but for being trimmed.")).into()),
        ("client_id", named("Id")),
        ("group_id", named("Id")),
        ("channel", string().into()),
        ("transaction", named("Transaction")),
        ("createdAt", named("Time")),
        ("updatedAt", named("Time")),
        ("__v", integer().description(Some("As it was imported, else 0; not a version of ours.")).into()),
    ])
    .property("number_info", number_info.description(Some("With `view=full` only.")))
    .into()
}

fn transaction() -> Shape {
    object([("survey_id", named_or_null("Id")), ("survey_sort_id", sort_id())]).into()
}

fn sort_id() -> Shape {
    any_of([
        string().max_length(Some(64)).into(),
        or_null(integer().minimum(Some(i64::MIN)).maximum(Some(i64::MAX))).into(),
    ])
    .description(Some("Comes back in the JSON type it was sent in."))
    .into()
}

/// A string, or a whole number digit by digit.
fn number() -> Shape {
    let kept = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f";
    let text =
        string().min_length(Some(1)).max_length(Some(256)).pattern(Some(format!(r"^[^{kept}]*[^{kept}\s][^{kept}]*$")));
    any_of([text.into(), count().into()])
        .description(Some(
            "A phone number, or whatever else stands for whom the platform reaches: it stays as it is sent.",
        ))
        .into()
}

fn transaction_changes() -> Shape {
    let text = string().max_length(Some(64)).pattern(Some(r"^[^\u0000-\u001f\u007f-\u009f]*$"));
    let whole = or_null(integer().minimum(Some(i64::MIN)).maximum(Some(i64::MAX)));
    members([("survey_id", or_null(id()).into()), ("survey_sort_id", any_of([text.into(), whole.into()]).into())])
        .into()
}

fn new_contact() -> Shape {
    let no_group = string().max_length(Some(0)).description(Some("The default group."));
    given([("number", named("Number")), ("group_id", any_of([or_null(id()).into(), no_group.into()]).into())])
        .required("number")
        .into()
}

fn changes() -> Shape {
    given([("number", named("Number")), ("group_id", id().into())]).into()
}

/// What may be given of a contact, beside what differs between new ones and changes.
fn given<const N: usize>(own: [(&str, Shape); N]) -> utoipa::openapi::ObjectBuilder {
    members(own)
        .property("name", or_null(line(256)))
        .property(
            "channel",
            string().pattern(Some("^[a-z0-9_]{1,32}$")).description(Some("`whatsapp` unless said otherwise.")),
        )
        .property("transaction", named_or_null("TransactionChanges"))
}
