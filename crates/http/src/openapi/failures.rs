//! What is answered instead of a success: for each status an example of each code it comes with, made by what answers
//! it.

use roster_domain::{ContactId, Invalid, InvalidCode, ObjectId};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{Ref, RefOr, Response};

use super::headers;
use super::shapes::{Shape, always, count, list, named, object, string, word};
use crate::answers::FailureJson;
use crate::batch::Reason;
use crate::error::Code;
use crate::failure::Failure;

/// Of any call whose body is read.
pub const OF_ANY: [Code; 8] = [
    Code::MalformedBody,
    Code::RequestTimeout,
    Code::TooLarge,
    Code::UnsupportedMediaType,
    Code::ValidationFailed,
    Code::Internal,
    Code::Overloaded,
    Code::StoreUnavailable,
];

/// What the answer is called that comes with these codes.
pub fn name(codes: &[Code]) -> String {
    codes.iter().map(|code| camel_case(code.as_str())).collect::<Vec<_>>().join("Or")
}

/// An answer that comes with these codes, which share a status; and what it is called.
pub fn response(codes: &[Code]) -> (String, RefOr<Response>) {
    let about = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.message())).collect::<Vec<_>>();
    let example = |code: &Code| RefOr::Ref(Ref::new(format!("#/components/examples/{}", code.as_str())));
    let examples = codes.iter().map(|code| (code.as_str(), example(code)));
    let content = ContentBuilder::new().schema(Some(named("Failure"))).examples_from_iter(examples).build();
    let mut response = ResponseBuilder::new()
        .description(about.join("\n\n"))
        .content("application/json", content)
        .header_ref(headers::REQUEST_ID, headers::named(headers::REQUEST_ID));
    let status = codes.first().map_or(0, |code| code.status().as_u16());
    let header = match status {
        401 => Some(headers::CHALLENGE),
        405 => Some(headers::ALLOW),
        429 | 503 => Some(headers::RETRY_AFTER),
        _ => None,
    };
    if let Some(header) = header {
        response = response.header_ref(header, headers::named(header));
    }
    (name(codes), response.build().into())
}

fn camel_case(code: &str) -> String {
    let capital = |word: &str| word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default();
    code.split('_').map(capital).collect()
}

/// One of each code.
pub fn examples() -> serde_json::Result<Vec<(String, RefOr<Example>)>> {
    Code::ALL.into_iter().map(|code| Ok((code.as_str().to_owned(), example(code)?.into()))).collect()
}

fn example(code: Code) -> serde_json::Result<Example> {
    let failure = match code {
        Code::ValidationFailed => Failure::field("number", Invalid::new(InvalidCode::Required, "is required")),
        Code::BatchFailed => {
            let ids = [1, 2].map(|n| ContactId::from(ObjectId::from_bytes([n; 12]))).to_vec();
            Failure::batch(1, Reason::of(roster_domain::Refusal::Ambiguous(ids), ""))
        }
        code => code.into(),
    };
    let value = serde_json::to_value(FailureJson::of(&failure, "4f2e7c319d0c1f2e"))?;
    Ok(ExampleBuilder::new().summary(code.message()).value(Some(value)).build())
}

pub fn shapes() -> Vec<(String, Shape)> {
    let field = object([
        ("path", string().description(Some("Where it is: `transaction.survey_id`, or a parameter's name.")).into()),
        ("code", string().examples(["required", "malformed", "too_long", "unknown"]).into()),
        ("message", string().into()),
    ]);
    let code = || word(Code::ALL.map(Code::as_str));
    let fields = || list(named("FieldProblem")).description(Some("For `validation_failed`."));
    let reason = object([("code", code().into()), ("message", string().into())])
        .property("fields", fields())
        .property("ids", list(named("Id")).description(Some("For `ambiguous`: the contacts that match.")))
        .description(Some("Why an operation of a batch was refused."));
    let error = object([("code", code().into()), ("request_id", string().into())])
        .property("fields", fields())
        .property("index", count().description(Some("For `batch_failed`: which operation was refused.")))
        .property("reason", named("Reason"));
    let failure = object([
        ("status", always(false).into()),
        ("message", string().description(Some("For a person.")).into()),
        ("error", error.into()),
    ]);
    let shapes: [(&str, Shape); 3] =
        [("Failure", failure.into()), ("FieldProblem", field.into()), ("Reason", reason.into())];
    shapes.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect()
}
