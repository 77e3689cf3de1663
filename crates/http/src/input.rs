//! What came with a request, before anybody asked who is calling.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest};
use futures_util::TryFutureExt;
use futures_util::future::LocalBoxFuture;
use roster_domain::{ImportId, ObjectId, Origin, SessionId};
use tokio::time::Instant;

use crate::body;
use crate::error::Code;
use crate::failure::Failure;
use crate::forwarding;
use crate::in_time::in_time;
use crate::json::{self, Malformed, Object};
use crate::notes::Notes;
use crate::query::Query;
use crate::routes::{self, Served};
use crate::services::App;

/// A request that was read. As a handler's argument it makes a public route: nobody is asked who they are.
pub struct Input {
    pub app: App,
    pub request: HttpRequest,
    pub body: Result<Object, Malformed>,
    pub query: Query,
    began: Instant,
}

/// The parts of a request that hold what it wants.
#[derive(Clone, Copy)]
pub struct Read<'a> {
    pub body: &'a Object,
    pub query: &'a Query,
}

impl Input {
    pub async fn read(request: HttpRequest, payload: Payload) -> Result<Self, Failure> {
        let app = Self::begin(&request)?;
        let bytes = body::read(&request, payload, app.body_limit, app.deadlines.body).await?;
        Self::enter(&app, &request)?;
        let query = Query::parse(request.query_string());
        Ok(Self::of(app, request, json::parse(&bytes), query))
    }

    /// Before its body is looked at.
    pub fn begin(request: &HttpRequest) -> Result<App, Failure> {
        Notes::of(request).route.set(Served::at(request));
        let app = request.app_data::<App>().cloned();
        app.ok_or_else(|| Failure::caused(Code::Internal, "the services are not injected"))
    }

    /// Takes a place among those in flight.
    pub fn enter(app: &App, request: &HttpRequest) -> Result<(), Failure> {
        let permit = Arc::clone(&app.in_flight).try_acquire_owned().map_err(|_| Code::Overloaded)?;
        Notes::of(request).hold(permit);
        Ok(())
    }

    /// What was read. Its deadlines begin.
    pub fn of(app: App, request: HttpRequest, body: Result<Object, Malformed>, query: Query) -> Self {
        Self { app, request, body, query, began: Instant::now() }
    }

    /// Body and query, once they can be looked at: 415, then 400.
    pub fn parts(&self) -> Result<Read<'_>, Failure> {
        if body::is_encoded(&self.request) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let body = self.body.as_ref().map_err(|malformed| Self::malformed(*malformed))?;
        Ok(Read { body, query: &self.query })
    }

    /// What is told of a body that isn't an object.
    pub fn malformed(Malformed { line, column }: Malformed) -> Failure {
        let message = format!("The body must be a JSON object; it isn't one at line {line}, column {column}.");
        Failure::told(Code::MalformedBody, message)
    }

    /// The id in the path.
    pub fn id<Id: From<ObjectId>>(&self) -> Result<Id, Failure> {
        ObjectId::parse(self.id_text()).map(Id::from).map_err(|_| Code::MalformedId.into())
    }

    /// The session's id in the path.
    pub fn session_id(&self) -> Result<SessionId, Failure> {
        SessionId::parse(self.id_text()).map_err(|_| Failure::told(Code::MalformedId, "A session's id is a UUID."))
    }

    /// The import's id in the path.
    pub fn import_id(&self) -> Result<ImportId, Failure> {
        ImportId::parse(self.id_text()).map_err(|_| Failure::told(Code::MalformedId, "An import's id is a UUID."))
    }

    fn id_text(&self) -> &str {
        self.request.match_info().get("id").unwrap_or_default()
    }

    /// Where the call came from.
    pub fn origin(&self) -> Origin {
        let peer = self.request.peer_addr().map(|peer| peer.ip());
        let caller = peer.map(|peer| forwarding::caller(peer, self.request.headers(), &self.app.trusted_proxies));
        Origin { address: caller, request_id: Some(Notes::of(&self.request).request_id.clone()) }
    }

    pub fn is_head(&self) -> bool {
        self.request.method() == Method::HEAD
    }

    /// The prefix that was called: nothing or `/api/v1`.
    pub fn prefix(&self) -> &'static str {
        routes::prefix(&self.request)
    }

    /// Waits for an act on one thing.
    pub async fn one<T, E: Into<Failure>>(&self, act: impl Future<Output = Result<T, E>>) -> Result<T, Failure> {
        self.within(self.app.deadlines.one, act).await
    }

    /// Waits for what has to be searched for.
    pub async fn search<T, E: Into<Failure>>(&self, act: impl Future<Output = Result<T, E>>) -> Result<T, Failure> {
        self.within(self.app.deadlines.search, act).await
    }

    /// Waits for an act over many rows.
    pub async fn bulk<T, E: Into<Failure>>(&self, act: impl Future<Output = Result<T, E>>) -> Result<T, Failure> {
        self.within(self.app.deadlines.bulk, act).await
    }

    /// Waits for an act until so long after the request was read.
    pub async fn within<T, E: Into<Failure>>(
        &self,
        deadline: Duration,
        act: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        in_time(deadline.saturating_sub(self.began.elapsed()), act.err_into()).await
    }
}

impl FromRequest for Input {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(Self::read(request.clone(), payload.take()))
    }
}
