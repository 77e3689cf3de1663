//! Words for calls: who may make one, what it takes, what it answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{Content, HttpMethod, Ref, RefOr, Required, Response};

use super::shapes::{Shape, always, list, named, object, string};
use super::{failures, headers, parameters, security};
use crate::error::Code;

/// A call as it is described.
pub struct Described {
    path: &'static str,
    method: HttpMethod,
    operation: Operation,
    successes: BTreeMap<u16, Response>,
    codes: Vec<Code>,
}

impl Described {
    pub fn get(path: &'static str, name: &str, summary: &str) -> Self {
        Self::new(HttpMethod::Get, path, name, summary)
    }

    pub fn post(path: &'static str, name: &str, summary: &str) -> Self {
        Self::new(HttpMethod::Post, path, name, summary)
    }

    pub fn put(path: &'static str, name: &str, summary: &str) -> Self {
        Self::new(HttpMethod::Put, path, name, summary)
    }

    pub fn delete(path: &'static str, name: &str, summary: &str) -> Self {
        Self::new(HttpMethod::Delete, path, name, summary)
    }

    /// One that anybody may make, until something else is said.
    fn new(method: HttpMethod, path: &'static str, name: &str, summary: &str) -> Self {
        let mut operation = Operation::new();
        operation.operation_id = Some(name.to_owned());
        operation.summary = Some(summary.to_owned());
        operation.security = Some(Vec::new());
        let codes = failures::OF_ANY.to_vec();
        Self { path, method, operation, successes: BTreeMap::new(), codes }.takes_shared(headers::REQUEST_ID)
    }

    /// For a user or a client.
    pub fn of_anyone(mut self) -> Self {
        self.operation.security = Some(security::of_anyone());
        self.takes_shared(parameters::REFRESH).refused(&[Code::Unauthenticated, Code::ClientMismatch])
    }

    /// For a user alone.
    pub fn of_a_user(mut self) -> Self {
        self.operation.security = Some(security::of_a_user());
        let codes = [Code::Unauthenticated, Code::ClientMismatch, Code::ClientScope];
        self.takes_shared(parameters::REFRESH).refused(&codes)
    }

    /// What whoever makes the call should know.
    pub fn about(mut self, text: &str) -> Self {
        self.operation.description = Some(text.to_owned());
        self
    }

    /// Something may keep it from being done.
    pub fn refused(mut self, codes: &[Code]) -> Self {
        self.codes.extend(codes);
        self
    }

    /// It is refused for these reasons, and for no others.
    pub fn refused_only(mut self, codes: &[Code]) -> Self {
        self.codes = codes.to_vec();
        self
    }

    /// The path holds the id of something, which there may not be.
    pub fn takes_id(self) -> Self {
        self.takes_parameter(parameters::id()).refused(&[Code::MalformedId, Code::NotFound])
    }

    /// The same of an id that is a UUID.
    pub fn takes_uuid(self) -> Self {
        self.takes_parameter(parameters::uuid()).refused(&[Code::MalformedId, Code::NotFound])
    }

    /// These parameters in the query: the tables that requests are checked against.
    pub fn takes(self, tables: &[&[&str]]) -> Self {
        let path = self.path;
        tables.concat().into_iter().fold(self, |call, name| call.takes_parameter(parameters::described(name, path)))
    }

    /// What a list takes beside its filters.
    pub fn takes_pages(self) -> Self {
        self.takes_shared("limit").takes_shared("cursor").refused(&[Code::MalformedCursor])
    }

    /// It is done only in a state that is known (`If-Match`).
    pub fn takes_precondition(self) -> Self {
        self.takes_shared(parameters::IF_MATCH).refused(&[Code::PreconditionFailed, Code::MalformedHeader])
    }

    pub fn takes_shared(mut self, name: &str) -> Self {
        let parameter = Ref::new(format!("#/components/parameters/{name}"));
        self.operation.parameters.get_or_insert_default().push(RefOr::Ref(parameter));
        self
    }

    pub fn takes_parameter(mut self, parameter: utoipa::openapi::path::Parameter) -> Self {
        self.operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
        self
    }

    /// A body that must be there.
    pub fn takes_body(self, shape: Shape, example: Value) -> Self {
        self.takes_any_body(Required::True, [("application/json", shape, Some(example))])
    }

    /// A body of which everything may be left out.
    pub fn may_take_body(self, shape: Shape, example: Value) -> Self {
        self.takes_any_body(Required::False, [("application/json", shape, Some(example))])
    }

    /// A body in one of several forms.
    pub fn takes_any_body<const N: usize>(
        mut self,
        required: Required,
        forms: [(&str, Shape, Option<Value>); N],
    ) -> Self {
        let body = forms.into_iter().fold(RequestBodyBuilder::new().required(Some(required)), |body, form| {
            let (media_type, shape, example) = form;
            body.content(media_type, ContentBuilder::new().schema(Some(shape)).example(example).build())
        });
        self.operation.request_body = Some(body.build().into());
        self
    }

    /// A success: this message and this data in the envelope.
    pub fn answers(self, status: u16, message: &str, data: Shape, example: &Value) -> Self {
        let example = json!({ "status": true, "message": message, "data": example });
        self.answers_json(status, message, envelope(data), example)
    }

    /// The same with an `ETag`; for reading, `If-None-Match` may be asked for.
    pub fn answers_state(self, status: u16, message: &str, data: Shape, example: &Value) -> Self {
        let call = self.answers(status, message, data, example).answers_header(status, headers::ETAG);
        if call.method == HttpMethod::Get { call.may_be_known() } else { call }
    }

    /// Whoever has it already isn't sent it again (`If-None-Match`).
    pub fn may_be_known(mut self) -> Self {
        self.response(304, "Just what `If-None-Match` names.");
        self.takes_shared(parameters::IF_NONE_MATCH)
            .refused(&[Code::MalformedHeader])
            .answers_header(304, headers::ETAG)
    }

    /// Something new, or something to come, that is to be found at its `Location`.
    pub fn at_its_location(self, status: u16) -> Self {
        self.answers_header(status, headers::LOCATION)
    }

    /// A list of these, whole or in pages.
    pub fn answers_list(self, message: &str, row: &str, example: &Value) -> Self {
        let shape =
            object([("status", always(true).into()), ("message", string().into()), ("data", list(named(row)).into())])
                .property("page", named("Page"));
        let example = json!({
            "status": true, "message": message, "data": [example], "page": { "next_cursor": null, "has_more": false },
        });
        self.answers_json(200, message, shape.into(), example).answers_header(200, headers::LINK)
    }

    fn answers_json(self, status: u16, about: &str, shape: Shape, example: Value) -> Self {
        let content = ContentBuilder::new().schema(Some(shape)).example(Some(example)).build();
        self.answers_content(status, about, "application/json", content)
    }

    /// What isn't in the envelope.
    pub fn answers_as(self, status: u16, about: &str, media_type: &str, shape: Shape) -> Self {
        self.answers_content(status, about, media_type, ContentBuilder::new().schema(Some(shape)).build())
    }

    /// The same in another form.
    pub fn also_as(self, status: u16, media_type: &str, shape: Shape) -> Self {
        self.answers_as(status, "", media_type, shape)
    }

    fn answers_content(mut self, status: u16, about: &str, media_type: &str, content: Content) -> Self {
        self.response(status, about).content.insert(media_type.to_owned(), content.into());
        self
    }

    pub fn answers_header(mut self, status: u16, name: &str) -> Self {
        self.response(status, "").headers.insert(name.to_owned(), RefOr::Ref(headers::named(name)));
        self
    }

    /// The success with this status; made, with these words and what all have, where there is none yet.
    fn response(&mut self, status: u16, about: &str) -> &mut Response {
        self.successes.entry(status).or_insert_with(|| {
            let request_id = headers::named(headers::REQUEST_ID);
            ResponseBuilder::new().description(about).header_ref(headers::REQUEST_ID, request_id).build()
        })
    }

    /// The answers for what keeps it from being done, by their names.
    pub fn refusals(&self) -> BTreeMap<String, RefOr<Response>> {
        self.codes_by_status().into_values().map(|codes| failures::response(&codes)).collect()
    }

    /// In the order of the table of codes.
    fn codes_by_status(&self) -> BTreeMap<u16, Vec<Code>> {
        let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
        for code in Code::ALL.into_iter().filter(|code| self.codes.contains(code)) {
            by_status.entry(code.status().as_u16()).or_default().push(code);
        }
        by_status
    }

    /// Path, method and all that was said, under the name of its resource.
    pub fn tagged(mut self, tag: &str) -> (&'static str, HttpMethod, Operation) {
        self.operation.tags = Some(vec![tag.to_owned()]);
        let refusals = self.codes_by_status().into_iter();
        let refusals = refusals.map(|(status, codes)| (status, Ref::from_response_name(failures::name(&codes)).into()));
        if self.operation.security.as_ref().is_some_and(|schemes| !schemes.is_empty()) {
            for response in self.successes.values_mut() {
                let fresh = RefOr::Ref(headers::named(headers::ACCESS_TOKEN));
                response.headers.insert(headers::ACCESS_TOKEN.to_owned(), fresh);
            }
        }
        let successes = self.successes.into_iter().map(|(status, response)| (status, response.into()));
        let responses = successes.chain(refusals).map(|(status, response)| (status.to_string(), response));
        self.operation.responses.responses = responses.collect();
        (self.path, self.method, self.operation)
    }
}

/// Around every success.
fn envelope(data: Shape) -> Shape {
    object([("status", always(true).into()), ("message", string().into()), ("data", data)]).into()
}
