//! CORS, for the origins that are listed.

use actix_cors::Cors;

/// The response headers that aren't readable by every page anyway.
const EXPOSED: [&str; 7] =
    ["x-request-id", "x-access-token", "link", "location", "etag", "retry-after", "idempotency-replayed"];

/// Lets pages of these origins (`*`: of any) call and read answers. Credentials are headers and bodies, never cookies,
/// so nothing is sent that a page doesn't hold itself.
pub fn of(origins: &[String]) -> Cors {
    let origins = origins.to_vec();
    Cors::default()
        .allowed_origin_fn(move |origin, _| {
            origins.iter().any(|listed| listed == "*" || listed.as_bytes() == origin.as_bytes())
        })
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
        .allow_any_header()
        .expose_headers(EXPOSED)
        .block_on_origin_mismatch(false)
        .max_age(3_600)
}
