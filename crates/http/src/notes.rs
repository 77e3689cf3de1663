//! What is known of a request besides its answer: gathered by extractors, used by the middleware around them, for
//! the answer's headers and the log line.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{HttpMessage, HttpRequest};
use roster_domain::{Caller, ClientId, UserId};
use secrecy::SecretString;
use tokio::sync::OwnedSemaphorePermit;

/// The notes on one request.
#[derive(Default)]
pub struct Notes {
    /// Answered as `x-request-id`.
    pub request_id: String,
    /// The pattern of the route, never the path.
    pub route: Cell<&'static str>,
    user: Cell<Option<UserId>>,
    client: Cell<Option<ClientId>>,
    /// Answered as `x-access-token`, with errors too.
    pub fresh_access_token: RefCell<Option<SecretString>>,
    in_flight: RefCell<Option<OwnedSemaphorePermit>>,
    unread: RefCell<Option<Payload>>,
}

impl Notes {
    pub fn new(request_id: String) -> Rc<Self> {
        Rc::new(Self { request_id, ..Self::default() })
    }

    /// Those that the middleware began; empty ones where there is no middleware around.
    pub fn of(request: &HttpRequest) -> Rc<Self> {
        request.extensions().get::<Rc<Self>>().cloned().unwrap_or_default()
    }

    /// Who turned out to be calling.
    pub fn caller(&self, caller: &Caller) {
        self.user.set(Some(caller.user()));
        self.client.set(caller.client());
    }

    pub fn user(&self) -> Option<UserId> {
        self.user.get()
    }

    pub fn client(&self) -> Option<ClientId> {
        self.client.get()
    }

    /// Held until the head of the answer is out.
    pub fn hold(&self, permit: OwnedSemaphorePermit) {
        self.in_flight.replace(Some(permit));
    }

    /// Lets the next one in.
    pub fn release(&self) {
        self.in_flight.take();
    }

    /// A body that wasn't read to its end.
    pub fn leave_unread(&self, payload: Payload) {
        self.unread.replace(Some(payload));
    }

    pub fn take_unread(&self) -> Option<Payload> {
        self.unread.take()
    }
}
