//! A request whose caller is known: the one extractor of every route that isn't public.

use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use roster_domain::{Account, Caller, ClientId, Scope};
use roster_identity::{Actor, Authenticated, AuthenticationError, Presented};

use crate::credentials;
use crate::error::Code;
use crate::failure::Failure;
use crate::input::Input;
use crate::notes::Notes;
use crate::services::App;

/// Who is calling, and what they sent. One extractor does all of it in its order (extractors of one handler race):
/// read the body, take credentials from wherever they are, authenticate.
pub struct Call {
    pub caller: Caller,
    input: Input,
}

impl Call {
    async fn read(request: HttpRequest, payload: Payload) -> Result<Self, Failure> {
        let input = Input::read(request, payload).await?;
        let presented = credentials::presented(input.request.headers(), input.body.as_ref().ok(), &input.query);
        let caller = input.one(authenticate(&input.app, &input.request, &presented)).await?;
        Ok(Self { caller, input })
    }

    /// A request of somebody who is known already.
    pub const fn of(caller: Caller, input: Input) -> Self {
        Self { caller, input }
    }

    /// What single ids, creates and "my" lists reach.
    pub fn scope(&self) -> Scope {
        self.caller.scope()
    }

    /// The account, for a user only.
    pub fn account(&self) -> Result<Account, Failure> {
        Ok(self.caller.account()?)
    }

    /// The user, in their session, for what is entered in the audit trail.
    pub fn actor(&self) -> Result<Actor, Failure> {
        let account = self.account()?;
        match self.caller {
            Caller::User { session, .. } => Ok(Actor { account, session, origin: self.origin() }),
            Caller::Client { .. } => Err(Code::ClientScope.into()),
        }
    }

    /// Narrowed to a client, a call reaches no other: 404.
    pub fn reach_client(&self, id: ClientId) -> Result<(), Failure> {
        match self.caller.client() {
            Some(client) if client != id => Err(Code::NotFound.into()),
            _ => Ok(()),
        }
    }
}

/// Tells who is calling; a fresh access token goes with the answer, whichever that is.
pub async fn authenticate(app: &App, request: &HttpRequest, presented: &Presented<'_>) -> Result<Caller, Failure> {
    let notes = Notes::of(request);
    match app.identity.authenticate(presented).await {
        Ok(Authenticated { caller, fresh_access_token }) => {
            notes.caller(&caller);
            notes.fresh_access_token.replace(fresh_access_token);
            Ok(caller)
        }
        Err(AuthenticationError::ClientMismatch { fresh_access_token }) => {
            notes.fresh_access_token.replace(fresh_access_token);
            Err(Code::ClientMismatch.into())
        }
        Err(error) => Err(error.into()),
    }
}

impl Deref for Call {
    type Target = Input;

    fn deref(&self) -> &Input {
        &self.input
    }
}

impl FromRequest for Call {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(Self::read(request.clone(), payload.take()))
    }
}
