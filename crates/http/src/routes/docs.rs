//! `/docs`: the page that shows `/openapi.json`.

use actix_web::HttpRequest;
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, Encoding, Header, HeaderValue, VARY,
};

use super::fallback::Ignored;
use crate::answers;
use crate::conditional::Tag;
use crate::docs::{self, Asset, Sent};
use crate::error::Code;
use crate::failure::{Answer, Failure};

pub async fn page(Ignored(request): Ignored) -> Answer {
    let page = docs::page(request.path().ends_with('/'));
    let tag = Tag::of_bytes(page.as_bytes());
    let mut answer = answers::lasting(&request, "text/html; charset=utf-8", page, &tag)?;
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(docs::POLICY));
    Ok(answer)
}

pub async fn file(Ignored(request): Ignored) -> Answer {
    let asset = request.match_info().get("file").and_then(Asset::named).ok_or(Code::NoSuchRoute)?;
    let media_type = format!("{}; charset=utf-8", asset.media_type);
    let is_packed = knows_gzip(&request);
    let Sent { bytes, tag } = if is_packed {
        &*asset.packed
    } else {
        asset.plain.as_ref().map_err(|error| Failure::caused(Code::Internal, error))?
    };
    let mut answer = answers::lasting(&request, &media_type, bytes.clone(), tag)?;
    if is_packed {
        answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    answer.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    Ok(answer)
}

fn knows_gzip(request: &HttpRequest) -> bool {
    let known = [Encoding::gzip(), Encoding::identity()];
    request.headers().contains_key(ACCEPT_ENCODING)
        && AcceptEncoding::parse(request).ok().and_then(|accepted| accepted.negotiate(known.iter()))
            == Some(Encoding::gzip())
}
