//! A request whose body is long: who is calling is settled before it is read, so that nobody fills the memory with what a
//! stranger sends.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use futures_util::{Stream, StreamExt};
use roster_domain::Caller;
use roster_identity::Presented;
use tokio::time::timeout;

use crate::body;
use crate::call::{Call, authenticate};
use crate::credentials;
use crate::error::Code;
use crate::failure::Failure;
use crate::input::Input;
use crate::json::Object;
use crate::notes::Notes;
use crate::query::Query;
use crate::services::App;
use crate::streams::StreamPermit;

/// As an extractor it goes as far as headers and query do: whoever shows something there is known, or refused.
pub struct Upload {
    pub app: App,
    pub request: HttpRequest,
    pub query: Query,
    /// `None`: nothing was shown yet, so it may be in the body.
    known: Option<Known>,
    body: Unread,
}

/// Who it is, with one of the places that there are for uploads.
pub struct Known {
    pub caller: Caller,
    pub place: StreamPermit,
}

impl Upload {
    async fn open(request: HttpRequest, payload: Payload) -> Result<Self, Failure> {
        let body = Unread::new(&request, payload);
        let app = Input::begin(&request)?;
        let query = Query::parse(request.query_string());
        let mut upload = Self { app, request, query, known: None, body };
        if is_something(&credentials::presented(upload.request.headers(), None, &upload.query)) {
            upload.recognise(None).await?;
        }
        Ok(upload)
    }

    /// Whether it comes as lines of JSON. (What else there is, is JSON whatever it says.)
    pub fn is_lines(&self) -> bool {
        let sent = self.request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = sent.split(';').next().unwrap_or_default().trim();
        ["application/x-ndjson", "application/ndjson"].iter().any(|known| essence.eq_ignore_ascii_case(known))
    }

    /// The whole body; in flight from then on. Of somebody unknown it is read no further than that of any other call.
    pub async fn read(&mut self) -> Result<Bytes, Failure> {
        let is_known = self.known.is_some();
        let (limit, deadline) = if is_known {
            self.refuse_encoded()?;
            (self.app.batch_limit, self.app.deadlines.bulk)
        } else {
            (self.app.body_limit, self.app.deadlines.body)
        };
        let bytes = self.body.read(&self.request, limit, deadline).await.map_err(|failure| match failure.code {
            Code::TooLarge if !is_known => Code::Unauthenticated.into(),
            _ => failure,
        })?;
        Input::enter(&self.app, &self.request)?;
        Ok(bytes)
    }

    /// The call, once it is settled whose it is. That is asked anew of whoever was known: the body that was read may
    /// hold credentials too, and while it came those outside it may have ended.
    pub async fn into_call(mut self, in_body: &Object) -> Result<(Call, StreamPermit), Failure> {
        self.recognise(Some(in_body)).await?;
        self.refuse_encoded()?;
        let Known { caller, place } = self.known.ok_or(Code::Unauthenticated)?;
        let input = Input::of(self.app, self.request, Ok(Object::default()), self.query);
        Ok((Call::of(caller, input), place))
    }

    /// Whose it is, and the body to be read as it comes. It holds no credentials.
    pub fn into_stream(self) -> Result<(Known, Unread), Failure> {
        let known = self.known.ok_or(Code::Unauthenticated)?;
        Ok((known, self.body))
    }

    pub fn refuse_encoded(&self) -> Result<(), Failure> {
        if body::is_encoded(&self.request) { Err(Code::UnsupportedMediaType.into()) } else { Ok(()) }
    }

    async fn recognise(&mut self, in_body: Option<&Object>) -> Result<(), Failure> {
        let before = self.known.take();
        let presented = credentials::presented(self.request.headers(), in_body, &self.query);
        let recognised = authenticate(&self.app, &self.request, &presented);
        let caller = timeout(self.app.deadlines.one, recognised)
            .await
            .unwrap_or_else(|_| Err(Failure::caused(Code::StoreUnavailable, "no answer within the deadline")))?;
        let place = match before {
            Some(Known { caller: before, place }) if before.user() == caller.user() => place,
            // Another user's place is given back first.
            other => {
                drop(other);
                self.app.batches.open(caller.user()).ok_or(Code::Overloaded)?
            }
        };
        self.known = Some(Known { caller, place });
        Ok(())
    }
}

/// Whether anything of it could tell who is calling.
fn is_something(presented: &Presented<'_>) -> bool {
    let Presented { bearer, client_session, client_token, refresh: _ } = presented;
    [bearer, client_session, client_token].iter().any(|shown| shown.is_some())
}

impl FromRequest for Upload {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(Self::open(request.clone(), payload.take()))
    }
}

/// A body until it is read. What is left of it stays with the request's notes, so that the connection closes behind the
/// answer instead of waiting for the rest.
pub struct Unread {
    payload: Option<Payload>,
    notes: Rc<Notes>,
}

impl Unread {
    fn new(request: &HttpRequest, payload: Payload) -> Self {
        Self { payload: body::has_body(request).then_some(payload), notes: Notes::of(request) }
    }

    async fn read(&mut self, request: &HttpRequest, limit: usize, deadline: Duration) -> Result<Bytes, Failure> {
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
