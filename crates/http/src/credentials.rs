//! What a caller shows, and where they may show it: headers, body, query. Whether it is good is for
//! [`roster_identity::Identity`] to say.

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use roster_identity::Presented;

use crate::json::{Json, Object};
use crate::query::Query;

/// The query parameters that are credentials, on every call.
pub const QUERY: [&str; 2] = ["session_id", "access_token"];

/// Stands for something that was shown and can't be a credential (it isn't visible ASCII): never right, yet there.
const NEVER_RIGHT: &str = "\u{fffd}";

/// Collects what is shown. `body` is `None` where it can't be parsed: then it holds no credentials.
pub fn presented<'a>(headers: &'a HeaderMap, body: Option<&'a Object>, query: &'a Query) -> Presented<'a> {
    let in_headers = (header(headers, "x-client-session"), header(headers, "x-client-token"));
    let in_body = (member(body, QUERY[0]), member(body, QUERY[1]));
    let in_query = (parameter(query, QUERY[0]), parameter(query, QUERY[1]));
    // Whole from the first place that holds either half; half a pair is a wrong pair.
    let (client_session, client_token) = [in_headers, in_body, in_query]
        .into_iter()
        .find(|(session, token)| session.is_some() || token.is_some())
        .unwrap_or_default();
    Presented { bearer: bearer(headers), refresh: header(headers, "x-refresh"), client_session, client_token }
}

/// A header's value; sent empty (as curl's `x-refresh;` does) is absent.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().unwrap_or(NEVER_RIGHT);
    (!value.is_empty()).then_some(value)
}

/// The token of `Authorization: Bearer …`. Other schemes aren't ours, and nothing behind the word is no token.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().unwrap_or(NEVER_RIGHT);
    if value == NEVER_RIGHT {
        return Some(value);
    }
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn member<'a>(body: Option<&'a Object>, name: &str) -> Option<&'a str> {
    match body?.get(name)? {
        Json::Null => None,
        Json::Text(text) => (!text.is_empty()).then_some(text.as_str()),
        _ => Some(NEVER_RIGHT),
    }
}

fn parameter<'a>(query: &'a Query, name: &str) -> Option<&'a str> {
    if query.is_undecodable(name) {
        return Some(NEVER_RIGHT);
    }
    query.get(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use actix_web::http::header::{HeaderName, HeaderValue};
    use proptest::prelude::*;
    use rstest::rstest;

    fn headers(lines: &[(&'static str, &[u8])]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap()))
            .collect()
    }

    fn client(lines: &[(&'static str, &[u8])], body: &str, query: &str) -> (Option<String>, Option<String>) {
        let (headers, body, query) = (headers(lines), json::parse(body.as_bytes()).ok(), Query::parse(query));
        let shown = presented(&headers, body.as_ref(), &query);
        (shown.client_session.map(str::to_owned), shown.client_token.map(str::to_owned))
    }

    fn pair(session: &str, token: &str) -> (Option<String>, Option<String>) {
        (Some(session.to_owned()), Some(token.to_owned()))
    }

    const BODY: &str = r#"{"session_id": "b1", "access_token": "b2"}"#;
    const QUERY: &str = "session_id=q1&access_token=q2";

    #[test]
    fn headers_go_before_body_before_query() {
        let lines: [(&str, &[u8]); 2] = [("x-client-session", b"h1"), ("x-client-token", b"h2")];
        assert_eq!(client(&lines, BODY, QUERY), pair("h1", "h2"));
        assert_eq!(client(&[], BODY, QUERY), pair("b1", "b2"));
        assert_eq!(client(&[], "", QUERY), pair("q1", "q2"));
        assert_eq!(client(&[], "{", QUERY), pair("q1", "q2"));
    }

    #[test]
    fn a_pair_is_never_made_of_two_places() {
        assert_eq!(client(&[("x-client-session", b"h1")], BODY, QUERY), (Some("h1".into()), None));
        assert_eq!(client(&[], r#"{"access_token": "b2"}"#, QUERY), (None, Some("b2".into())));
    }

    #[test]
    fn empty_is_absent() {
        let lines: [(&str, &[u8]); 2] = [("x-client-session", b""), ("x-client-token", b"")];
        assert_eq!(client(&lines, r#"{"session_id": "", "access_token": ""}"#, QUERY), pair("q1", "q2"));
        assert_eq!(client(&lines, r#"{"session_id": null}"#, "session_id=&access_token="), (None, None));
    }

    #[test]
    fn what_can_not_be_a_credential_is_there_all_the_same() {
        assert_eq!(client(&[], r#"{"session_id": 5}"#, QUERY), (Some(NEVER_RIGHT.into()), None));
        assert_eq!(client(&[("x-client-token", b"\xff")], BODY, QUERY), (None, Some(NEVER_RIGHT.into())));
        assert_eq!(client(&[], "", "session_id=%ff&access_token=q2"), (Some(NEVER_RIGHT.into()), Some("q2".into())));
    }

    #[rstest]
    #[case(b"Bearer abc", Some("abc"))]
    #[case(b"bearer  abc ", Some("abc"))]
    #[case(b"Bearer", None)]
    #[case(b"Bearer ", None)]
    #[case(b"", None)]
    #[case(b"Basic abc", None)]
    #[case(b"Bearer \xff", Some(NEVER_RIGHT))]
    fn bearers(#[case] value: &[u8], #[case] token: Option<&str>) {
        assert_eq!(bearer(&headers(&[("authorization", value)])), token);
    }

    proptest! {
        #[test]
        fn never_panics(value in proptest::collection::vec(0x20_u8..=0xfe, 0..40), body: Vec<u8>, query: String) {
            prop_assume!(!value.contains(&0x7f));
            let headers = headers(&[("authorization", &value), ("x-client-session", &value), ("x-refresh", &value)]);
            let body = json::parse(&body).ok();
            let query = Query::parse(&query);
            let shown = presented(&headers, body.as_ref(), &query);
            prop_assert!([shown.bearer, shown.refresh, shown.client_session, shown.client_token]
                .into_iter().flatten().all(|text| !text.is_empty()));
        }
    }
}
