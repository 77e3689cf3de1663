//! What is the same for everybody until there is another version of the program.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;

use crate::conditional::Tag;
use crate::failure::Answer;

/// It may be kept, if it is asked for each time whether it is still the same; 304 then.
pub fn lasting(request: &HttpRequest, media_type: &str, body: impl Into<Bytes>, tag: &Tag) -> Answer {
    let mut answer = if tag.is_known(request.headers())? {
        HttpResponse::NotModified().finish()
    } else {
        HttpResponse::Ok().content_type(media_type).body(body.into())
    };
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    tag.mark(answer)
}
