//! Headers of answers.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::{Header, Ref, RefOr};

use super::shapes::{Shape, count, string};

pub const REQUEST_ID: &str = "x-request-id";
pub const ACCESS_TOKEN: &str = "x-access-token";
pub const ETAG: &str = "ETag";
pub const LOCATION: &str = "Location";
pub const LINK: &str = "Link";
pub const DISPOSITION: &str = "Content-Disposition";
pub const RETRY_AFTER: &str = "Retry-After";
pub const CHALLENGE: &str = "WWW-Authenticate";
pub const ALLOW: &str = "Allow";

pub fn all() -> Vec<(String, RefOr<Header>)> {
    let request_id = string().min_length(Some(1)).max_length(Some(128));
    let all: [(&str, Shape, &str); 9] = [
        (REQUEST_ID, request_id.into(), "Names the request, also in the server's log."),
        (
            ACCESS_TOKEN,
            string().into(),
            "A fresh access token: the one that was sent has expired, and `x-refresh` came along.",
        ),
        (
            ETAG,
            string().pattern(Some("^\"[^\"]+\"$")).into(),
            "The state that it is in, for `If-Match` and `If-None-Match`.",
        ),
        (LOCATION, string().into(), "Where it is from now on, below the prefix that was called."),
        (LINK, string().into(), "`<…>; rel=\"next\"`: the next page, where there is one."),
        (DISPOSITION, string().into(), "What the file is called."),
        (RETRY_AFTER, count().into(), "After so many seconds trying again may help."),
        (
            CHALLENGE,
            string().into(),
            "`Bearer realm=\"roster\"`, with `error=\"invalid_token\"` where a token was sent.",
        ),
        (ALLOW, string().into(), "The methods that the path has."),
    ];
    all.into_iter()
        .map(|(name, shape, about)| {
            (name.to_owned(), HeaderBuilder::new().schema(Some(shape)).description(Some(about)).build().into())
        })
        .collect()
}

/// One of them.
pub fn named(name: &str) -> Ref {
    Ref::new(format!("#/components/headers/{name}"))
}
