//! One path with its methods, at `/` and under `/api/v1`, trailing slash or not.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, HttpRequest, Resource, Responder, web};

use super::fallback;
use crate::middleware::panics;

/// Where everything is served besides `/`.
const PREFIX: &str = "/api/v1";

/// The prefix that was called: nothing or `/api/v1`.
pub fn prefix(request: &HttpRequest) -> &'static str {
    match request.path().strip_prefix(PREFIX) {
        Some(rest) if rest.starts_with('/') => PREFIX,
        _ => "",
    }
}

/// What is served at a path; any request that got there can ask for it.
pub struct Served {
    pub path: &'static str,
    /// As `Allow` lists them.
    pub methods: Vec<&'static str>,
}

impl Served {
    pub fn of(request: &HttpRequest) -> Option<&Self> {
        request.app_data::<Self>()
    }

    /// The pattern of the request's route, for logs; paths hold ids.
    pub fn at(request: &HttpRequest) -> &'static str {
        Self::of(request).map_or("", |served| served.path)
    }
}

pub struct Place {
    served: Served,
    resource: Resource,
}

impl Place {
    pub fn at(path: &'static str) -> Self {
        let patterns = ["", PREFIX].iter().flat_map(|prefix| ["", "/"].map(|end| format!("{prefix}{path}{end}")));
        let resource = web::resource(patterns.collect::<Vec<_>>());
        Self { served: Served { path, methods: Vec::new() }, resource }
    }

    /// What is served there.
    #[cfg(test)]
    pub const fn served(&self) -> &Served {
        &self.served
    }

    /// HEAD is GET whose body stays behind.
    pub fn get<F: Handler<Args>, Args: FromRequest + 'static>(self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.route("GET", Method::GET, handler.clone()).route("HEAD", Method::HEAD, handler)
    }

    pub fn post<F: Handler<Args>, Args: FromRequest + 'static>(self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.route("POST", Method::POST, handler)
    }

    pub fn put<F: Handler<Args>, Args: FromRequest + 'static>(self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.route("PUT", Method::PUT, handler)
    }

    pub fn delete<F: Handler<Args>, Args: FromRequest + 'static>(self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.route("DELETE", Method::DELETE, handler)
    }

    fn route<F: Handler<Args>, Args: FromRequest + 'static>(
        mut self,
        name: &'static str,
        method: Method,
        handler: F,
    ) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.served.methods.push(name);
        self.resource = self.resource.route(web::method(method).to(handler));
        self
    }
}

impl HttpServiceFactory for Place {
    fn register(self, config: &mut AppService) {
        let mut place = self.route("OPTIONS", Method::OPTIONS, fallback::options);
        let served = std::mem::replace(&mut place.served, Served { path: "", methods: Vec::new() });
        place
            .resource
            .app_data(served)
            .default_service(web::to(fallback::method_not_allowed))
            .wrap(from_fn(panics::caught))
            .register(config);
    }
}
