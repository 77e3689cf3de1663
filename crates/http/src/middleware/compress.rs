//! Compression of answers, for those who ask for it: brotli or gzip (RFC 9110, 12.5.3).
//!
//! Not of small ones, where it gains nothing; not of those with an entity tag, which names these very bytes. Compressing
//! is done off the thread that serves connections. The window is kept small, since each reader of a long list has one.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CONTENT_ENCODING, ContentEncoding, ETAG, Encoding, HeaderValue, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::task::{JoinHandle, spawn_blocking};

/// What is shorter is sent as it is: it fits into one packet anyway.
const SMALL: u64 = 1_024;

/// Good for JSON at some hundred megabytes a second.
const BROTLI_QUALITY: u32 = 4;
/// A window of 256 KiB: a piece of a streamed list.
const BROTLI_WINDOW: u32 = 18;
const BROTLI_BUFFER: usize = 16 * 1024;
const GZIP_LEVEL: u32 = 5;

/// On an answer that whoever called may wait for piece by piece: a compressor keeps back what it was given until it has
/// enough.
pub struct AsItComes;

pub async fn compress(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = asked(&request);
    let is_head = request.method() == Method::HEAD;
    let mut answer = next.call(request).await?.map_into_boxed_body();
    let as_it_comes = answer.response().extensions().get::<AsItComes>().is_some();
    if answer.status() != StatusCode::OK || answer.headers().contains_key(ETAG) || as_it_comes {
        return Ok(answer);
    }
    // Also where this one comes as it is: the same call may have a long answer the next time.
    answer.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    let Some(encoding) = asked.filter(|_| !is_head && is_long(&answer)) else { return Ok(answer) };
    answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.as_str()));
    Ok(answer.map_body(|_, body| BoxBody::new(Compressed { body, state: State::Idle(Encoder::of(encoding)) })))
}

/// The encoding that is liked best of those there are; none where the answer may as well come as it is.
fn asked(request: &ServiceRequest) -> Option<ContentEncoding> {
    if !request.headers().contains_key(ACCEPT_ENCODING) {
        return None;
    }
    let accepted = request.get_header::<AcceptEncoding>()?;
    let known = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
    match accepted.negotiate(known.iter())? {
        Encoding::Known(encoding @ (ContentEncoding::Brotli | ContentEncoding::Gzip)) => Some(encoding),
        _ => None,
    }
}

fn is_long(answer: &ServiceResponse<BoxBody>) -> bool {
    match answer.response().body().size() {
        BodySize::None => false,
        BodySize::Sized(length) => length >= SMALL,
        BodySize::Stream => true,
    }
}

/// A body on its way through an encoder.
struct Compressed {
    body: BoxBody,
    state: State,
}

enum State {
    Idle(Encoder),
    /// On another thread, with what came of it.
    Busy(JoinHandle<io::Result<(Option<Encoder>, Bytes)>>),
    Done,
}

enum Encoder {
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
    Gzip(Box<GzEncoder<Vec<u8>>>),
}

impl Encoder {
    fn of(encoding: ContentEncoding) -> Self {
        if encoding == ContentEncoding::Brotli {
            let writer = brotli::CompressorWriter::new(Vec::new(), BROTLI_BUFFER, BROTLI_QUALITY, BROTLI_WINDOW);
            Self::Brotli(Box::new(writer))
        } else {
            Self::Gzip(Box::new(GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL))))
        }
    }

    /// Takes a piece in; what has come out so far.
    fn take(mut self, piece: &[u8]) -> io::Result<(Option<Self>, Bytes)> {
        let out = match &mut self {
            Self::Brotli(encoder) => {
                encoder.write_all(piece)?;
                encoder.get_mut()
            }
            Self::Gzip(encoder) => {
                encoder.write_all(piece)?;
                encoder.get_mut()
            }
        };
        let out = std::mem::take(out);
        Ok((Some(self), out.into()))
    }

    /// What comes out at the end.
    fn finish(self) -> io::Result<(Option<Self>, Bytes)> {
        let out = match self {
            Self::Brotli(encoder) => encoder.into_inner(),
            Self::Gzip(encoder) => encoder.finish()?,
        };
        Ok((None, out.into()))
    }
}

impl MessageBody for Compressed {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        loop {
            match std::mem::replace(&mut this.state, State::Done) {
                State::Done => return Poll::Ready(None),
                State::Busy(mut work) => match Pin::new(&mut work).poll(context) {
                    Poll::Pending => {
                        this.state = State::Busy(work);
                        return Poll::Pending;
                    }
                    Poll::Ready(outcome) => {
                        let (encoder, out) = outcome??;
                        this.state = encoder.map_or(State::Done, State::Idle);
                        if !out.is_empty() {
                            return Poll::Ready(Some(Ok(out)));
                        }
                    }
                },
                State::Idle(encoder) => match Pin::new(&mut this.body).poll_next(context) {
                    Poll::Pending => {
                        this.state = State::Idle(encoder);
                        return Poll::Pending;
                    }
                    // Left without an end: the connection is cut, as it would be without compression.
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Some(Ok(piece))) => {
                        this.state = State::Busy(spawn_blocking(move || encoder.take(&piece)));
                    }
                    Poll::Ready(None) => this.state = State::Busy(spawn_blocking(move || encoder.finish())),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use rstest::rstest;

    #[rstest]
    #[case("br", Some(ContentEncoding::Brotli))]
    #[case("gzip", Some(ContentEncoding::Gzip))]
    #[case("gzip, deflate, br", Some(ContentEncoding::Brotli))]
    #[case("br;q=0.5, gzip", Some(ContentEncoding::Gzip))]
    #[case("identity", None)]
    #[case("deflate", None)]
    #[case("gzip;q=0", None)]
    #[case("identity, gzip;q=0.5", None)]
    fn chooses(#[case] header: &str, #[case] encoding: Option<ContentEncoding>) {
        let request = TestRequest::get().insert_header((ACCEPT_ENCODING, header)).to_srv_request();
        assert_eq!(asked(&request), encoding);
    }
}
