//! One line a request, written when its answer has ended: sent to its end, or broken off.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use actix_web::http::{Method, StatusCode};

use crate::notes::Notes;

/// The line, written when it is dropped. It names the route's pattern and ids, never a path, a query string, a body, a
/// secret, a name or a number.
pub struct LogLine {
    method: &'static str,
    notes: Rc<Notes>,
    began: Instant,
    status: Cell<Option<StatusCode>>,
}

impl LogLine {
    pub fn begin(method: &Method, notes: Rc<Notes>) -> Self {
        Self { method: name(method), notes, began: Instant::now(), status: Cell::new(None) }
    }

    /// Without one, the caller left before there was an answer.
    pub fn status(&self, status: StatusCode) {
        self.status.set(Some(status));
    }
}

/// A method may be any word of any length; those that nobody serves share one.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

impl Drop for LogLine {
    fn drop(&mut self) {
        let route = self.notes.route.get();
        let milliseconds = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            request.id = self.notes.request_id,
            http.method = self.method,
            http.route = route,
            http.status = self.status.get().map(|status| status.as_u16()),
            duration.ms = milliseconds,
            user.id = self.notes.user().map(tracing::field::display),
            client.id = self.notes.client().map(tracing::field::display),
            "{} {}",
            self.method,
            if route.is_empty() { "(no route)" } else { route },
        );
    }
}
