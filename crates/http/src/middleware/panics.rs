//! A panic in a handler is one request's failure.

use std::panic::AssertUnwindSafe;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt;

use crate::error::Code;
use crate::failure::Failure;

/// Goes around the handlers of one path: left alone, a panic closes the connection without an answer.
pub async fn caught(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let head = request.request().clone();
    // Nothing that a handler shares with others is left half-changed by a panic: it is locks that recover, and ports.
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(answer) => answer.map(ServiceResponse::map_into_boxed_body),
        Err(_) => Ok(ServiceResponse::from_err(Failure::caused(Code::Internal, "a handler panicked"), head)),
    }
}
