//! A request whose body is long: who is calling is settled before it is read, so that nobody fills the memory with what a
//! stranger sends.

mod paced;
mod shown;
mod unread;

use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use roster_domain::{Caller, Timestamp};
use roster_identity::Presented;

use crate::body;
use crate::call::{Call, authenticate};
use crate::credentials;
use crate::error::Code;
use crate::failure::Failure;
use crate::in_time::in_time;
use crate::input::Input;
use crate::json::Object;
use crate::query::Query;
use crate::services::{App, State};
use crate::streams::{StreamPermit, Streams};

pub use paced::{Broken, Paced, paced};
pub use shown::{NoLonger, Shown};
pub use unread::{Incomplete, Unread};

/// What it is that is long. Each kind has places of its own, so that none keeps another out.
pub trait Kind: 'static {
    fn places(app: &State) -> &Arc<Streams>;
}

pub enum Batches {}

impl Kind for Batches {
    fn places(app: &State) -> &Arc<Streams> {
        &app.batches
    }
}

pub enum Files {}

impl Kind for Files {
    fn places(app: &State) -> &Arc<Streams> {
        &app.uploads
    }
}

/// As an extractor it goes as far as headers and query do: whoever shows something there is known, or refused.
pub struct Upload<K> {
    pub app: App,
    pub request: HttpRequest,
    pub query: Query,
    /// `None`: nothing was shown yet, so it may be in the body.
    known: Option<Known>,
    body: Unread,
    kind: PhantomData<K>,
}

/// Who it is, with one of the places that there are for them.
struct Known {
    caller: Caller,
    /// When that was asked.
    at: Timestamp,
    place: StreamPermit,
}

impl<K: Kind> Upload<K> {
    async fn open(request: HttpRequest, payload: Payload) -> Result<Self, Failure> {
        let body = Unread::new(&request, payload);
        let app = Input::begin(&request)?;
        let query = Query::parse(request.query_string());
        let mut upload = Self { app, request, query, known: None, body, kind: PhantomData };
        if is_something(&credentials::presented(upload.request.headers(), None, &upload.query)) {
            upload.recognise(None).await?;
        }
        Ok(upload)
    }

    fn is_of(&self, media_types: &[&str]) -> bool {
        let sent = self.request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = sent.split(';').next().unwrap_or_default().trim();
        media_types.iter().any(|known| essence.eq_ignore_ascii_case(known))
    }

    /// Whose it is, and the body to be read as it comes. It holds no credentials.
    pub fn into_stream(self) -> Result<(Shown, StreamPermit, Unread), Failure> {
        let Known { caller, at, place } = self.known.ok_or(Code::Unauthenticated)?;
        Ok((Shown::of(caller, at, self.request.headers().clone(), self.query), place, self.body))
    }

    async fn recognise(&mut self, in_body: Option<&Object>) -> Result<(), Failure> {
        let before = self.known.take();
        let presented = credentials::presented(self.request.headers(), in_body, &self.query);
        let at = self.app.clock.now();
        let caller = in_time(self.app.deadlines.one, authenticate(&self.app, &self.request, &presented)).await?;
        let place = match before {
            Some(Known { caller: before, place, .. }) if before.user() == caller.user() => place,
            // Another user's place is given back first.
            other => {
                drop(other);
                K::places(&self.app).open(caller.user()).ok_or(Code::Overloaded)?
            }
        };
        self.known = Some(Known { caller, at, place });
        Ok(())
    }
}

impl Upload<Batches> {
    /// Whether it comes as lines of JSON. (What else there is, is JSON whatever it says.)
    pub fn is_lines(&self) -> bool {
        self.is_of(&["application/x-ndjson", "application/ndjson"])
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
        let Known { caller, place, .. } = self.known.ok_or(Code::Unauthenticated)?;
        let input = Input::of(self.app, self.request, Ok(Object::default()), self.query);
        Ok((Call::of(caller, input), place))
    }

    pub fn refuse_encoded(&self) -> Result<(), Failure> {
        if body::is_encoded(&self.request) { Err(Code::UnsupportedMediaType.into()) } else { Ok(()) }
    }
}

impl Upload<Files> {
    /// Whether it comes as a form with a file in it.
    pub fn is_form(&self) -> bool {
        self.is_of(&["multipart/form-data"])
    }
}

/// Whether anything of it could tell who is calling.
fn is_something(presented: &Presented<'_>) -> bool {
    let Presented { bearer, client_session, client_token, refresh: _ } = presented;
    [bearer, client_session, client_token].iter().any(|shown| shown.is_some())
}

impl<K: Kind> FromRequest for Upload<K> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(Self::open(request.clone(), payload.take()))
    }
}
