use serde_json::{Value, json};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder};
use utoipa::openapi::{KnownFormat, Required, SchemaFormat};

use super::described::Described;
use super::shapes::{Shape, boolean, count, members, named, named_or_null, object, or_null, string, word};
use super::{Resource, headers, parameters};
use crate::error::Code;
use crate::requests::imports::{FILE_NAME, PARAMETERS, REPORTED};
use crate::requests::lists::{ListFilter, Unfiltered};
use roster_domain::{ImportSource, ImportState};

const LIST: &str = "/imports";
const ONE: &str = "/imports/{id}";

const ACCEPTED: &str = "Import accepted successfully!";

pub fn resource() -> Resource {
    let fetched = "Import fetched successfully!";
    let file = || string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    let report = string().description(Some("CSV that is safe to open in a spreadsheet."));
    let forms = [
        ("text/csv", file().into(), Some(json!("Name,Phone\nAmina Bello,2348000000001\n"))),
        ("application/octet-stream", file().into(), None),
        ("multipart/form-data", form(), None),
    ];
    let calls = vec![
        Described::post(LIST, "createImport", "Import a file")
            .about(
                "CSV, vCard, JSON, or a dump of MongoDB, gzipped or not, whatever its `Content-Type` says; or a \
                 form, in which the file comes last and the parameters may stand before it. It is worked on once it \
                 is there: the import at `Location` tells how far that is. 409 if it is cancelled while the file \
                 comes. An access token that expires meanwhile counts on while its session lives.",
            )
            .of_anyone()
            .takes(PARAMETERS)
            .takes_any_body(Required::True, forms)
            .answers(202, ACCEPTED, named("Import"), &example())
            .at_its_location(202)
            .refused(&[Code::ImportState, Code::RateLimited]),
        Described::get(LIST, "listImports", "List imports")
            .about("Newest first.")
            .of_anyone()
            .takes(Unfiltered::PARAMETERS)
            .takes_pages()
            .answers_list(fetched, "Import", &example()),
        Described::get(ONE, "getImport", "Read an import").of_anyone().takes_uuid().answers(
            200,
            fetched,
            named("Import"),
            &example(),
        ),
        Described::delete(ONE, "cancelImport", "Stop an import")
            .about("What is in stays in. One that is at its end stays as it is.")
            .of_anyone()
            .takes_uuid()
            .answers(200, "Import cancelled successfully!", named("Import"), &example()),
        Described::get("/imports/{id}/report", "reportImport", "What became of the rows")
            .about("Of those that are invalid, skipped or noted; while the import runs, as far as it is.")
            .of_anyone()
            .takes_uuid()
            .takes(REPORTED)
            .answers_as(200, "The report.", "text/csv", report.into())
            .answers_header(200, headers::DISPOSITION),
        Described::post("/imports/{id}/resume", "resumeImport", "Go on with an import")
            .about("With one that failed, behind the rows that are in.")
            .of_anyone()
            .takes_uuid()
            .answers(202, ACCEPTED, named("Import"), &example())
            .at_its_location(202)
            .refused(&[Code::ImportState]),
        Described::post("/imports/{id}/undo", "undoImport", "Undo an import")
            .about("New contacts go and changed ones are as they were before, but for those that were changed since.")
            .of_anyone()
            .takes_uuid()
            .answers(202, ACCEPTED, named("Import"), &example())
            .at_its_location(202)
            .refused(&[Code::ImportState]),
    ];
    let shapes = vec![("Import", import()), ("ImportCounts", counts())];
    Resource { name: "Imports", about: "Files of contacts that go into a client.", calls, shapes }
}

/// The parts of a form: what is asked, then the file.
fn form() -> Shape {
    let file = string().content_media_type("application/octet-stream");
    let parts = PARAMETERS.concat().into_iter().filter(|name| *name != FILE_NAME);
    parts
        .fold(ObjectBuilder::new(), |form, name| match parameters::described(name, LIST).schema {
            Some(shape) => form.property(name, shape),
            None => form,
        })
        .property("file", file)
        .required("file")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .into()
}

fn example() -> Value {
    json!({
        "_id": "0197a3c8-4f2e-7c31-9d0c-1f2e3d4c5b6a",
        "client_id": "649ff7e0e6046617c8aeabf0",
        "source": "staged",
        "state": "running",
        "dry_run": false,
        "options": { "on_match": "update" },
        "file": { "name": "people.csv", "content_type": "text/csv", "bytes": 2_500_000 },
        "counts": { "read": 20_000, "created": 18_500, "updated": 900, "unchanged": 500, "skipped": 60, "invalid": 40 },
        "reported": 112,
        "progress": { "percent": 40, "rows_per_second": 8_000, "seconds_left": 4 },
        "failure": null,
        "undo": null,
        "createdAt": "2025-06-24T09:30:00.000Z",
        "startedAt": "2025-06-24T09:30:01.000Z",
        "endedAt": null,
        "expiresAt": null,
    })
}

fn counts() -> Shape {
    let counted = ["read", "created", "updated", "unchanged", "skipped", "invalid"];
    object(counted.map(|name| (name, count().into())))
        .description(Some("What was read is the sum of the others."))
        .into()
}

fn import() -> Shape {
    let number = || or_null(count()).into();
    let text = || or_null(string()).into();
    let file = object([("name", text()), ("content_type", text()), ("bytes", number())]);
    let progress = object([
        ("percent", or_null(count().maximum(Some(100))).into()),
        ("rows_per_second", number()),
        ("seconds_left", number()),
    ]);
    let failure = object([("code", string().into()), ("message", string().into())]);
    let undo = object([("removed", count().into()), ("restored", count().into()), ("left", count().into())]);
    let source = word(ImportSource::ALL.map(ImportSource::as_str));
    object([
        ("_id", named("Uuid")),
        ("client_id", named("Id")),
        ("source", source.description(Some("Sent, or read by the command line.")).into()),
        ("state", word(ImportState::ALL.map(ImportState::as_str)).into()),
        ("dry_run", boolean().into()),
        ("options", members([]).additional_properties(Some(string())).description(Some("As they were said.")).into()),
        ("file", file.into()),
        ("counts", named("ImportCounts")),
        ("reported", count().description(Some("So many rows the report tells of.")).into()),
        ("progress", progress.into()),
        ("failure", or_null(failure).into()),
        ("undo", or_null(undo).into()),
        ("createdAt", named("Time")),
        ("startedAt", named_or_null("Time")),
        ("endedAt", named_or_null("Time")),
        ("expiresAt", named_or_null("Time")),
    ])
    .into()
}
