//! `{"status": true, "message": …, "data": …}` around every success.

use actix_web::http::header::{ContentType, HeaderValue, LOCATION};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use super::Data;
use crate::call::Call;
use crate::conditional::Tag;
use crate::error::Code;
use crate::failure::{Answer, Failure};

/// What every success begins with, up to its data.
fn begin(message: &str) -> serde_json::Result<Vec<u8>> {
    let mut body = Vec::with_capacity(1024);
    body.extend_from_slice(br#"{"status":true,"message":"#);
    serde_json::to_writer(&mut body, message)?;
    body.extend_from_slice(br#","data":"#);
    Ok(body)
}

fn success(message: &str, data: impl Data) -> Result<Vec<u8>, Failure> {
    let whole = || {
        let mut body = begin(message)?;
        data.append(&mut body)?;
        body.push(b'}');
        Ok(body)
    };
    whole().map_err(unprintable)
}

fn unprintable(error: serde_json::Error) -> Failure {
    Failure::caused(Code::Internal, error)
}

#[derive(Serialize)]
struct PageJson<'a> {
    next_cursor: Option<&'a str>,
    has_more: bool,
}

/// 200 with this data.
pub fn ok(message: &str, data: impl Data) -> Answer {
    let body = success(message, data)?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(body))
}

/// 200 with a thing in the state that the tag names.
pub fn ok_in(message: &str, data: impl Data, tag: &Tag) -> Answer {
    tag.mark(ok(message, data)?)
}

/// The same; 304 where the caller has just that already.
pub fn state(call: &Call, message: &str, data: impl Data, tag: &Tag) -> Answer {
    if tag.is_known(call.request.headers())? {
        return tag.mark(HttpResponse::NotModified().finish());
    }
    ok_in(message, data, tag)
}

/// 201 with this data, which from now on is at `location`.
pub fn created(message: &str, data: impl Data, location: &str) -> Answer {
    located(HttpResponse::Created(), message, data, location)
}

/// 202 with what will tell how far it is, at `location`.
pub fn accepted(message: &str, data: impl Data, location: &str) -> Answer {
    located(HttpResponse::Accepted(), message, data, location)
}

fn located(mut head: HttpResponseBuilder, message: &str, data: impl Data, location: &str) -> Answer {
    let body = success(message, data)?;
    let location = HeaderValue::from_str(location).map_err(|error| Failure::caused(Code::Internal, error))?;
    Ok(head.content_type(ContentType::json()).insert_header((LOCATION, location)).body(body))
}

/// 201 with a thing in the state that the tag names, which from now on is at `location`.
pub fn created_in(message: &str, data: impl Data, location: &str, tag: &Tag) -> Answer {
    tag.mark(created(message, data, location)?)
}

/// The body of one page of a list; there is more where there is a cursor.
pub fn listed(
    message: &str,
    rows: impl Iterator<Item = impl Data>,
    next_cursor: Option<&str>,
) -> Result<Vec<u8>, Failure> {
    let page = PageJson { next_cursor, has_more: next_cursor.is_some() };
    let whole = || {
        let mut body = begin(message)?;
        body.push(b'[');
        for (at, row) in rows.enumerate() {
            if at > 0 {
                body.push(b',');
            }
            row.append(&mut body)?;
        }
        body.extend_from_slice(br#"],"page":"#);
        page.append(&mut body)?;
        body.push(b'}');
        Ok(body)
    };
    whole().map_err(unprintable)
}

/// A row a line, and nothing around them.
pub fn lines(rows: impl Iterator<Item = impl Data>) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    for row in rows {
        row.append(&mut body).map_err(unprintable)?;
        body.push(b'\n');
    }
    Ok(body)
}

/// How a streamed list begins; rows follow, with commas between, and then `]}`.
pub fn opening(message: &str) -> Result<Vec<u8>, Failure> {
    let mut body = begin(message).map_err(unprintable)?;
    body.push(b'[');
    Ok(body)
}

pub fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(unprintable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streamed_list_opens_as_a_whole_one() {
        let opening = String::from_utf8(opening("Contact fetched successfully!").unwrap()).unwrap();
        assert_eq!(opening, r#"{"status":true,"message":"Contact fetched successfully!","data":["#);
    }

    #[test]
    fn the_last_page_says_so() {
        let body = String::from_utf8(listed("m", [1, 2].into_iter(), None).unwrap()).unwrap();
        assert_eq!(body, r#"{"status":true,"message":"m","data":[1,2],"page":{"next_cursor":null,"has_more":false}}"#);
    }
}
