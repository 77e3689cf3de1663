//! The body of every answer, with what has to last until it ends.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use bytes::Bytes;

use super::log_line::LogLine;

pub struct Tail {
    body: BoxBody,
    /// The rest of a request that wasn't read to its end: while it is held, the server closes the connection behind
    /// the answer. Dropped earlier, a chunked one would be read on without end.
    _unread: Option<Payload>,
    _line: LogLine,
}

impl Tail {
    pub fn new(body: BoxBody, unread: Option<Payload>, line: LogLine) -> Self {
        Self { body, _unread: unread, _line: line }
    }
}

impl MessageBody for Tail {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(cx)
    }
}
