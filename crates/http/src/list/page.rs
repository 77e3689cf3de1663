//! One page, with the way to the next.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, LINK};
use roster_domain::Limit;

use super::form::Form;
use super::{Listing, begin, seal};
use crate::answers;
use crate::call::Call;
use crate::cursor::Cursor;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::requests::lists::{self, ListFilter, Wanted};

pub async fn answer<L: Listing>(
    call: &Call,
    listing: &L,
    wanted: &Wanted<L::Filter, L::Place>,
    limit: Limit,
    form: Form,
) -> Answer {
    let page = begin(call, listing, wanted.after.clone(), limit).await?;
    let next = page.next.map(|after| seal::<L>(call).close(&Cursor { after, filters: lists::encoded(&wanted.filter) }));
    let body = match form {
        Form::Json => answers::listed(L::MESSAGE, page.items.iter().map(L::row), next.as_deref())?,
        Form::Lines => answers::lines(page.items.iter().map(L::row))?,
    };
    let mut answer = HttpResponse::Ok().content_type(form.content_type()).body(body);
    if let Some(cursor) = next {
        answer.headers_mut().insert(LINK, link::<L>(call, &wanted.filter, limit, &cursor)?);
    }
    Ok(answer)
}

/// RFC 8288. Credentials of the query aren't repeated.
fn link<L: Listing>(call: &Call, filter: &L::Filter, limit: Limit, cursor: &str) -> Result<HeaderValue, Failure> {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(filter.parameters())
        .append_pair("limit", &limit.rows().to_string())
        .append_pair("cursor", cursor)
        .finish();
    let link = format!("<{}{}?{query}>; rel=\"next\"", call.prefix(), L::ROUTE);
    HeaderValue::from_str(&link).map_err(|error| Failure::caused(Code::Internal, error))
}
