//! Around everything: what every answer has.

use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::ConnectionType;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};
use secrecy::ExposeSecret;

use super::framing::Framing;
use super::log_line::LogLine;
use super::request_id;
use super::tail::Tail;
use crate::answers::{self, FailureJson};
use crate::error::Code;
use crate::failure::Failure;
use crate::notes::Notes;
use crate::services::App;

/// Begins the notes on a request, and ends its answer with them.
pub async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<Tail>, Error> {
    let notes = Notes::new(match request.app_data::<App>() {
        Some(app) => request_id::of(request.request(), &*app.clock, &*app.entropy),
        None => String::new(),
    });
    request.extensions_mut().insert(Rc::clone(&notes));
    let framing = Framing::asked_by(&request);
    let line = LogLine::begin(request.method(), Rc::clone(&notes));
    match next.call(request).await {
        Ok(answer) => {
            let mut answer = answer.map_into_boxed_body();
            dress(answer.response_mut(), &notes);
            if answer.request().app_data::<App>().is_some_and(|app| app.readiness.is_draining()) {
                // So that nobody sends another request where the connection is about to be closed.
                answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
            }
            framing.apply(answer.response_mut());
            line.status(answer.status());
            Ok(answer.map_body(|_, body| Tail::new(framing.body(body), notes.take_unread(), line)))
        }
        Err(error) => {
            let mut response = HttpResponse::from_error(error);
            dress(&mut response, &notes);
            line.status(response.status());
            Err(InternalError::from_response("a failure without a request", response).into())
        }
    }
}

fn dress(response: &mut HttpResponse, notes: &Notes) {
    if response.status().is_client_error() || response.status().is_server_error() {
        tell(response, notes);
    }
    let headers = response.headers_mut();
    set(headers, HeaderName::from_static(request_id::HEADER), &notes.request_id);
    if let Some(token) = notes.fresh_access_token.take() {
        set(headers, HeaderName::from_static("x-access-token"), token.expose_secret());
    }
    for (name, value) in SECURITY {
        // Pages and what else is the same for everybody say otherwise by themselves.
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    notes.release();
}

const SECURITY: [(HeaderName, &str); 4] = [
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (REFERRER_POLICY, "no-referrer"),
];

fn set(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// Puts the failure's JSON in the place of whatever body there is, and its cause into the log: once, here.
fn tell(response: &mut HttpResponse, notes: &Notes) {
    let status = response.status();
    let of_a_library = Failure::from(Code::of_status(status));
    let failure = response.error().and_then(Error::as_error::<Failure>).unwrap_or(&of_a_library);
    if let Some(cause) = &failure.cause {
        log(failure.code, &**cause, notes);
    }
    let body = answers::json(&FailureJson::of(failure, &notes.request_id)).unwrap_or_default();
    let told = std::mem::replace(response, HttpResponse::new(status)).set_body(BoxBody::new(body));
    *response = told;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

fn log(code: Code, cause: &(dyn std::error::Error + 'static), notes: &Notes) {
    let (id, route) = (notes.request_id.as_str(), notes.route.get());
    if code == Code::Internal {
        tracing::error!(request.id = id, http.route = route, error = %cause, "a request failed");
    } else {
        tracing::warn!(request.id = id, http.route = route, error = %cause, "the store did not serve a request");
    }
}
