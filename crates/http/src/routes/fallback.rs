//! What isn't a call: unknown paths, wrong methods, and OPTIONS. Nobody is asked who they are, and what they sent is
//! read and forgotten, so that their connection can go on.

use actix_web::dev::Payload;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::Serialize;

use super::Served;
use crate::answers;
use crate::body;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::notes::Notes;
use crate::services::App;

/// A request whose body was read and forgotten. One that is too large or too slow only ends the connection: which
/// path and method it was for counts first.
pub struct Ignored(pub HttpRequest);

impl FromRequest for Ignored {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            Notes::of(&request).route.set(Served::at(&request));
            if let Some(app) = request.app_data::<App>().cloned() {
                let _: Result<_, Failure> = body::read(&request, payload, app.body_limit, app.deadlines.body).await;
            }
            Ok(Self(request))
        })
    }
}

pub async fn no_such_route(_: Ignored) -> Answer {
    Err(Code::NoSuchRoute.into())
}

pub async fn method_not_allowed(Ignored(request): Ignored) -> Answer {
    Err(Failure::method_not_allowed(&allowed(&request).join(", ")))
}

pub async fn options(Ignored(request): Ignored) -> Answer {
    let allow = allowed(&request);
    let mut answer = answers::ok("Options fetched successfully!", Options { allow })?;
    let methods = HeaderValue::from_str(&allow.join(", ")).map_err(|error| Failure::caused(Code::Internal, error))?;
    answer.headers_mut().insert(ALLOW, methods);
    Ok(answer)
}

#[derive(Serialize)]
struct Options<'a> {
    allow: &'a [&'static str],
}

fn allowed(request: &HttpRequest) -> &[&'static str] {
    Served::of(request).map_or(&[], |served| &served.methods)
}
