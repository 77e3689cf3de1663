//! Parameters. Those of the query are looked up by the names that requests are checked against; what has no words here
//! has none in the document, which a test finds.

use roster_domain::{Limit, NumberKind};
use roster_transfer::{ExportFormat, ImportRequest, SourceFormat};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{KnownFormat, RefOr, Required, SchemaFormat};

use super::headers;
use super::shapes::{self, Shape, boolean, count, full_line, integer, string, word};
use crate::docs::ASSETS;

pub const REFRESH: &str = "x-refresh";
pub const IF_MATCH: &str = "If-Match";
pub const IF_NONE_MATCH: &str = "If-None-Match";

fn parameter(at: ParameterIn, name: &str, shape: impl Into<Shape>, about: &str) -> ParameterBuilder {
    let required = if matches!(at, ParameterIn::Path) { Required::True } else { Required::False };
    ParameterBuilder::new().name(name).parameter_in(at).required(required).schema(Some(shape)).description(Some(about))
}

/// The id in the path.
pub fn id() -> Parameter {
    parameter(ParameterIn::Path, "id", shapes::id(), "Its `_id`.").build()
}

/// The id in the path of a session or an import.
pub fn uuid() -> Parameter {
    let uuid = string().format(Some(SchemaFormat::Custom("uuid".to_owned())));
    parameter(ParameterIn::Path, "id", uuid, "Its `_id`.").build()
}

/// The name of a file that the page is made of.
pub fn file() -> Parameter {
    parameter(ParameterIn::Path, "file", word(ASSETS.iter().map(|asset| asset.name)), "Its name.").build()
}

/// What many calls take.
pub fn shared() -> Vec<(String, RefOr<Parameter>)> {
    let tags = || {
        let listed = r#"^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)?$"#;
        string().pattern(Some(listed)).examples([r#""18931ff0d2a-1f""#])
    };
    let header = |name, shape, about| parameter(ParameterIn::Header, name, shape, about);
    let query = |name, shape, about| parameter(ParameterIn::Query, name, shape, about);
    let all = [
        header(
            headers::REQUEST_ID,
            string(),
            "A name for the request, of up to 128 visible ASCII characters: it stands in the answer and in the log.",
        ),
        header(
            REFRESH,
            string(),
            "A refresh token. It counts once the access token that comes along has expired; a fresh one is answered \
             then, in `x-access-token`.",
        ),
        header(IF_MATCH, tags(), "Do it only in one of the states with these entity tags; `*` is any."),
        header(IF_NONE_MATCH, tags(), "Answer 304 if it is in one of these states still."),
        query(
            "limit",
            integer().minimum(Some(1)).maximum(Some(Limit::MAX)),
            "A page of so many rows; without it the list comes whole.",
        ),
        query(
            "cursor",
            string().min_length(Some(1)),
            "The `next_cursor` of the page before, together with `limit`. It keeps the filters, which may be left \
             out beside it or must be the same.",
        ),
    ];
    all.into_iter()
        .map(ParameterBuilder::build)
        .map(|parameter| (parameter.name.clone(), RefOr::T(parameter)))
        .collect()
}

/// A parameter of the query by its name: nearly all mean the same wherever they are.
pub fn described(name: &str, path: &str) -> Parameter {
    let (shape, about) = match (name, path) {
        ("contacts", "/contact_groups/{id}") => (
            word(["move", "delete", "refuse"]),
            "What becomes of its contacts: they move to the client's default group, which is the default, or are \
             deleted; `refuse` is 409 `not_empty` where there are any.",
        ),
        ("contacts", _) => (word(["delete", "refuse"]), "Whether its contacts may go along; the default is `refuse`."),
        ("format", "/imports") => {
            (word(SourceFormat::ALL.map(SourceFormat::as_str)), "What the file is; without it, what it looks like.")
        }
        ("format", _) => (
            word(ExportFormat::ALL.map(ExportFormat::as_str)),
            "What the file is to be: CSV for spreadsheets, which is the default; vCard 3.0 or 4.0; contacts as the \
             API shows them, an object a line, as this list's answer, or as an array.",
        ),
        _ => anywhere(name),
    };
    let parameter = parameter(ParameterIn::Query, name, shape, about);
    // Nothing is deleted unless somebody says how much.
    let required = if name == "confirm" { Required::True } else { Required::False };
    parameter.required(required).build()
}

fn anywhere(name: &str) -> (utoipa::openapi::ObjectBuilder, &'static str) {
    let time = || string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    match name {
        "type" => (word(["all"]), "Of all clients of the user; not for a client's credentials."),
        "sort" => (
            word(["newest", "oldest", "name"]),
            "The order: by when they were made, newest first unless said otherwise, or by name.",
        ),
        "with" => {
            (word(["counts"]), "With how many contacts each has, as `contacts`; the other filters say which count.")
        }
        "view" => (word(["full"]), "With `number_info`: what kind of number it is, and its E.164 form."),
        "all" => (word(["1"]), "All sessions, not only the one that the call is made in."),
        "confirm" => (count(), "How many these are; 409 `count_changed`, and nothing is deleted, if they are not."),
        "of" => (word(["undo"]), "The contacts that were left alone when the import was undone, instead of its rows."),
        "group_id" => (shapes::id(), "Of this group; of one that can't be reached there are none."),
        "channel" => (string().pattern(Some("^[a-z0-9_]{1,32}$")), "Of this channel."),
        "number" => {
            (full_line(256), "With this number to the letter, or with the same phone number, however it is written.")
        }
        "number_suffix" => (string().pattern(Some("^[0-9]{4,64}$")), "With a number that ends with these digits."),
        "kind" => (word(NumberKind::ALL.map(NumberKind::as_str)), "With a number of this kind."),
        "q" => {
            (full_line(256), "Each word is part of the name or of the number; case, accents and the like don't count.")
        }
        "created_after" => (time(), "Made then or later."),
        "created_before" => (time(), "Made before then."),
        "updated_after" => (time(), "Changed then or later."),
        "dry_run" => (boolean(), "Only tell what would become of the rows; no contact is touched."),
        "file_name" => (string(), "What the file is called, as a hint; forms say it beside the file."),
        "encoding" => (string(), "Such as `windows-1252`; without it, what the file looks like."),
        "map" => (
            string(),
            "Which column is what, where the header doesn't say it in words that are known: `number=Phone,name=2`.",
        ),
        "each_number" => {
            (boolean(), "A contact for each number of a card or a row, instead of one with the first mobile number.")
        }
        "match" => (
            word(ImportRequest::match_words()),
            "What makes a row and a contact the same: the number, which is the default, or the id, which is that of \
             dumps.",
        ),
        "on_match" => (
            word(ImportRequest::on_match_words()),
            "What comes of a contact that is there already: its blanks are filled, which is the default; all that \
             the file says is set; nothing, which is the default of dumps; or another is made beside it.",
        ),
        "group" => (string().min_length(Some(1)), "The group that all of them go to, by its id or title."),
        "create_groups" => (boolean(), "Make groups that the client hasn't got."),
        _ => (string(), ""),
    }
}
