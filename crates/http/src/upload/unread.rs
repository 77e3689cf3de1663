//! A body until it is read.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use crate::body;
use crate::failure::Failure;
use crate::notes::Notes;

/// What is left of it stays with the request's notes, so that the connection closes behind the answer instead of waiting
/// for the rest.
pub struct Unread {
    payload: Option<Payload>,
    notes: Rc<Notes>,
}

impl Unread {
    pub fn new(request: &HttpRequest, payload: Payload) -> Self {
        Self { payload: body::has_body(request).then_some(payload), notes: Notes::of(request) }
    }

    pub async fn read(&mut self, request: &HttpRequest, limit: usize, deadline: Duration) -> Result<Bytes, Failure> {
        match self.payload.take() {
            Some(payload) => body::read(request, payload, limit, deadline).await,
            None => Ok(Bytes::new()),
        }
    }
}

impl Stream for Unread {
    type Item = Result<Bytes, Incomplete>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(payload) = &mut self.payload else { return Poll::Ready(None) };
        let next = ready!(payload.poll_next_unpin(context));
        if next.is_none() {
            self.payload = None;
        }
        Poll::Ready(next.map(|piece| piece.map_err(|_| Incomplete)))
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        if let Some(payload) = self.payload.take() {
            self.notes.leave_unread(payload);
        }
    }
}

/// Whoever sent it stopped before its end.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body is incomplete")]
pub struct Incomplete;
