//! How an answer's end is told on the wire, where the server by itself would tell it wrongly.

use actix_web::HttpResponse;
use actix_web::body::{self, BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceRequest;
use actix_web::http::{ConnectionType, Method, Version};

/// What a request says about the form of its answer.
pub struct Framing {
    is_head: bool,
    knows_chunks: bool,
    offers_upgrade: bool,
}

impl Framing {
    pub fn asked_by(request: &ServiceRequest) -> Self {
        Self {
            is_head: request.method() == Method::HEAD,
            knows_chunks: request.version() >= Version::HTTP_11,
            offers_upgrade: request.head().upgrade(),
        }
    }

    pub fn apply(&self, answer: &mut HttpResponse) {
        let is_stream = answer.body().size() == BodySize::Stream;
        let head = answer.head_mut();
        if is_stream && (!self.knows_chunks || self.offers_upgrade) {
            // RFC 9112, 6.1: HTTP/1.0 knows no chunks; the end of the connection is the end of the body. And where an
            // upgrade is offered the server writes none, though it would say so.
            head.no_chunking(true);
            head.set_connection_type(ConnectionType::Close);
        }
        if self.offers_upgrade {
            // There is nothing to upgrade to, while "connection: upgrade" would say there were.
            head.set_connection_type(ConnectionType::Close);
        }
    }

    /// The server leaves a HEAD's body behind by itself, but goes by the latest request it has read, which is another
    /// one where requests are sent ahead.
    pub fn body(&self, body: BoxBody) -> BoxBody {
        if self.is_head { BoxBody::new(body::None::new()) } else { body }
    }
}
