//! The OpenAPI document: all that the routes take and answer, for programs that make pages and clients of it.
//!
//! It is written down by hand, a file a resource, in the words of [`described`] and [`shapes`]. What the code knows by
//! itself is taken from there: the names of query parameters are those that the requests are checked against, and the
//! examples of failures are made by what answers them. `tests` holds routes, codes and parameters to it, the black-box
//! tests every answer.

mod batch;
mod clients;
mod contacts;
mod described;
mod documents;
mod export;
mod failures;
mod groups;
mod headers;
mod health;
mod imports;
mod parameters;
mod security;
mod sessions;
mod shapes;
mod users;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, InfoBuilder, License, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, ServerBuilder,
};

use crate::conditional::Tag;
use crate::error::Code;
use described::Described;
use shapes::Shape;

/// What holds for all calls.
const ABOUT: &str = include_str!("openapi/about.md");

/// A resource as it is described.
struct Resource {
    name: &'static str,
    about: &'static str,
    calls: Vec<Described>,
    /// What its calls take and answer, by name.
    shapes: Vec<(&'static str, Shape)>,
}

fn resources() -> [Resource; 9] {
    [
        contacts::resource(),
        batch::resource(),
        export::resource(),
        groups::resource(),
        imports::resource(),
        users::resource(),
        sessions::resource(),
        clients::resource(),
        health::resource(),
    ]
}

/// The document as it is served and printed.
pub struct Document {
    /// JSON, set in lines.
    pub text: String,
    /// Names this very text.
    pub tag: Tag,
}

impl Document {
    /// There is one, written when it is asked for first.
    pub fn get() -> Result<&'static Self, &'static serde_json::Error> {
        static DOCUMENT: LazyLock<serde_json::Result<Document>> = LazyLock::new(|| {
            let text = written()?.to_pretty_json()? + "\n";
            Ok(Document { tag: Tag::of_bytes(text.as_bytes()), text })
        });
        DOCUMENT.as_ref()
    }
}

fn written() -> serde_json::Result<OpenApi> {
    let mut components = Components::new();
    components.security_schemes.extend(security::schemes());
    components.headers.extend(headers::all());
    components.parameters.extend(parameters::shared());
    components.schemas.extend(shapes::shared());
    components.schemas.extend(failures::shapes());
    components.examples.extend(failures::examples()?);
    let (mut paths, mut tags) = (PathsBuilder::new(), Vec::new());
    // Of requests that are no call.
    components.responses.extend([Code::NoSuchRoute, Code::MethodNotAllowed].map(|code| failures::response(&[code])));
    for resource in resources().into_iter().chain([documents::resource()]) {
        tags.push(TagBuilder::new().name(resource.name).description(Some(resource.about)).build());
        components.schemas.extend(resource.shapes.into_iter().map(|(name, shape)| (name.to_owned(), shape)));
        for call in resource.calls {
            components.responses.extend(call.refusals());
            let (path, method, operation) = call.tagged(resource.name);
            paths = paths.path(path, PathItem::new(method, operation));
        }
    }
    let mut license = License::new("MIT OR Apache-2.0");
    license.identifier = Some("MIT OR Apache-2.0".to_owned());
    let info = InfoBuilder::new()
        .title("Roster")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license));
    let servers = [("/", "As new programs call it"), ("/api/v1", "The same, as existing ones may")];
    let servers = servers.map(|(url, about)| ServerBuilder::new().url(url).description(Some(about)).build());
    Ok(OpenApiBuilder::new()
        .info(info.build())
        .servers(Some(servers))
        .paths(paths.build())
        .components(Some(components))
        .tags(Some(tags))
        .build())
}
