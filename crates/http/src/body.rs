//! Reading a request's body: bounded in bytes and in time, and on every call, since a connection whose body stayed
//! unread can't be used again.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use crate::error::Code;
use crate::failure::Failure;
use crate::notes::Notes;

/// The whole body. What isn't read to its end is left in the request's notes, so that the connection closes behind
/// the answer instead of waiting for the rest.
pub async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    limit: usize,
    deadline: Duration,
) -> Result<Bytes, Failure> {
    let read = if !has_body(request) {
        Ok(Bytes::new())
    } else if announced(request).is_some_and(|length| length > limit as u64) {
        Err(Failure::from(Code::TooLarge))
    } else {
        match tokio::time::timeout(deadline, collect(&mut payload, limit)).await {
            Ok(read) => read,
            Err(_) => Err(Failure::from(Code::RequestTimeout)),
        }
    };
    if read.is_err() {
        Notes::of(request).leave_unread(payload);
    }
    read
}

/// RFC 9112, 6.3: a request without either header has no body. (One that asks for an upgrade has one without end in
/// the parser's view.)
pub fn has_body(request: &HttpRequest) -> bool {
    request.headers().contains_key(CONTENT_LENGTH) || request.headers().contains_key(TRANSFER_ENCODING)
}

/// How long the body says it is.
pub fn announced(request: &HttpRequest) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

async fn collect(payload: &mut Payload, limit: usize) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Failure::told(Code::MalformedBody, "The body is incomplete."))?;
        if body.len() + chunk.len() > limit {
            return Err(Failure::from(Code::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Whether the body is compressed, or whatever else an encoding does to it.
pub fn is_encoded(request: &HttpRequest) -> bool {
    encodings(request).next().is_some()
}

/// Whether it is compressed with gzip, and nothing besides.
pub fn is_gzip(request: &HttpRequest) -> bool {
    let mut encodings = encodings(request);
    let first = encodings.next();
    first.is_some_and(|encoding| encoding.eq_ignore_ascii_case(b"gzip")) && encodings.next().is_none()
}

fn encodings(request: &HttpRequest) -> impl Iterator<Item = &[u8]> {
    let encodings = request.headers().get_all(CONTENT_ENCODING).map(HeaderValue::as_bytes);
    encodings.filter(|encoding| !encoding.eq_ignore_ascii_case(b"identity"))
}
