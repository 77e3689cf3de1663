use super::described::Described;
use super::shapes::{Shape, string};
use super::{Resource, headers};
use crate::error::Code;

pub fn resource() -> Resource {
    let page = || string().into();
    let calls = vec![
        whole(Described::get("/openapi.json", "getDocument", "This document"), "application/json", document()),
        whole(Described::get("/docs", "getPage", "A page to read it and to try it out"), "text/html", page()),
        whole(
            Described::get("/docs/{file}", "getPageFile", "What the page is made of")
                .takes_parameter(super::parameters::file()),
            "text/javascript",
            page(),
        )
        .also_as(200, "text/css", page())
        .also_as(200, "text/plain", page())
        .refused(&[Code::NoSuchRoute]),
    ];
    Resource { name: "Documents", about: "What there is to read about all this.", calls, shapes: Vec::new() }
}

/// The same for everybody, and named by its tag.
fn whole(call: Described, media_type: &str, shape: Shape) -> Described {
    call.refused_only(&[Code::Internal])
        .answers_as(200, "The file.", media_type, shape)
        .answers_header(200, headers::ETAG)
        .may_be_known()
}

fn document() -> Shape {
    super::shapes::members([]).into()
}
