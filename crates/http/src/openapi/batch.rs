use serde_json::{Value, json};
use utoipa::openapi::Required;
use utoipa::openapi::schema::ObjectBuilder;

use super::Resource;
use super::contacts;
use super::described::Described;
use super::shapes::{Shape, any_of, boolean, count, id, list, named, object, string, word};
use crate::batch::MOST_OPERATIONS;
use crate::error::Code;

pub fn resource() -> Resource {
    let answer = json!({
        "counts": { "created": 1, "updated": 0, "unchanged": 0, "skipped": 0, "deleted": 0, "refused": 1 },
        "results": [
            { "index": 0, "outcome": "created", "contact": contacts::example() },
            { "index": 1, "outcome": "refused", "code": "not_found", "message": "There is no such contact." },
        ],
    });
    let lines = || string().description(Some("An operation a line."));
    let results =
        string().description(Some("A result a line, with `line` instead of `index`; the last line holds the counts."));
    let forms = [
        ("application/json", named("Batch"), Some(example())),
        ("application/x-ndjson", lines().into(), Some(json!("{\"op\": \"delete\", \"number\": \"2348000000002\"}\n"))),
    ];
    let calls = vec![
        Described::post("/contact/batch", "applyBatch", "Do many operations")
            .about(
                "As one document, all or nothing if `atomic` says so; or as lines without an end, each of which \
                 stands for itself, and whose results come as they are there. Operations find what those before them \
                 left.",
            )
            .of_anyone()
            .takes_any_body(Required::True, forms)
            .answers(200, "Batch done successfully!", named("BatchDone"), &answer)
            .also_as(200, "application/x-ndjson", results.into())
            .refused(&[Code::BatchFailed]),
    ];
    let shapes = vec![("Batch", batch()), ("Operation", operation()), ("BatchDone", done()), ("BatchResult", result())];
    Resource { name: "Batches", about: "Many contacts at once.", calls, shapes }
}

fn example() -> Value {
    json!({
        "operations": [
            { "op": "upsert", "contact": { "number": "2348000000001", "name": "Amina Bello" } },
            { "op": "delete", "number": "2348000000002" },
        ],
    })
}

fn batch() -> Shape {
    object([("operations", list(named("Operation")).max_items(Some(MOST_OPERATIONS)).into())])
        .property("atomic", boolean().description(Some("All or nothing.")))
        .into()
}

fn op(word_of_it: &str) -> (&str, Shape) {
    ("op", word([word_of_it]).into())
}

fn operation() -> Shape {
    let upsert = object([op("upsert"), ("contact", named("NewContact"))])
        .property(
            "by",
            word(["number", "_id"]).description(Some("What tells that it is there; `_id` stands in `contact` then.")),
        )
        .property(
            "on_match",
            word(["update", "fill_blanks", "skip"]).description(Some("What comes of one that is there.")),
        );
    let targeted = |object: ObjectBuilder| {
        let if_match = string().description(Some("As the header `If-Match`."));
        object.property("_id", id()).property("number", named("Number")).property("if_match", if_match)
    };
    any_of([
        object([op("create"), ("contact", named("NewContact"))]).into(),
        upsert.into(),
        targeted(object([op("update"), ("set", named("ContactChanges"))])).into(),
        targeted(object([op("move"), ("group_id", id().into())])).into(),
        targeted(object([op("delete")])).into(),
    ])
    .description(Some("Which contact is changed, moved or deleted is said by `_id` or by `number`, and not by both."))
    .into()
}

fn done() -> Shape {
    let outcomes = ["created", "updated", "unchanged", "skipped", "deleted", "refused"];
    let counts = object(outcomes.map(|name| (name, count().into())));
    object([("counts", counts.into()), ("results", list(named("BatchResult")).into())]).into()
}

fn result() -> Shape {
    let outcome = word(["created", "updated", "unchanged", "skipped", "deleted"]);
    let done = object([("index", count().into()), ("outcome", outcome.into()), ("contact", named("Contact"))]);
    let refused = object([("index", count().into()), ("outcome", word(["refused"]).into())])
        .property("code", string())
        .required("code")
        .property("message", string())
        .required("message")
        .property("fields", list(named("FieldProblem")))
        .property("ids", list(named("Id")));
    any_of([done.into(), refused.into()]).into()
}
