//! Lists, all in one way: with `limit` a page and a cursor to the next, without it everything, streamed.

mod form;
mod page;
mod streamed;

use actix_web::HttpResponse;
use roster_domain::ports::Result as StoreResult;
use roster_domain::{Limit, Page, Scope, Span};
use serde::Serialize;

use crate::call::Call;
use crate::cursor::{CursorSeal, Place};
use crate::failure::{Answer, Failure};
use crate::requests::lists::{self, ListFilter, Wanted};
use form::Form;

/// One kind of list: it owns all that it needs to go on reading while the answer is under way.
pub trait Listing: 'static {
    type Item: 'static;
    type Filter: ListFilter;
    /// What the order goes by.
    type Place: Place;
    /// Without the prefix.
    const ROUTE: &str;
    /// In words; bound into cursors.
    const ORDER: &str;
    const MESSAGE: &str;
    /// Whether it can also be had as lines of JSON (`Accept: application/x-ndjson`).
    const AS_LINES: bool = false;

    /// Whether it has to be searched for, which may take longer.
    fn is_search(&self) -> bool {
        false
    }

    async fn page(&self, after: Option<Self::Place>, limit: Limit) -> StoreResult<Page<Self::Item>>;

    /// Where an item stands in the order.
    fn place(&self, item: &Self::Item) -> Self::Place;

    /// An item as it is answered.
    fn row(item: &Self::Item) -> impl Serialize;
}

/// Reads which part of a list is wanted.
pub fn wanted<L: Listing>(call: &Call) -> Result<Wanted<L::Filter, L::Place>, Failure> {
    lists::wanted(call.parts()?.query, &seal::<L>(call))
}

/// Answers a list.
pub async fn answer<L: Listing>(call: &Call, listing: L, wanted: &Wanted<L::Filter, L::Place>) -> Answer {
    let form = Form::accepted::<L>(call);
    if call.is_head() {
        // The head alone, which says nothing that would have to be read.
        return Ok(HttpResponse::Ok().content_type(form?.content_type()).finish());
    }
    match wanted.limit {
        Some(limit) => page::answer(call, &listing, wanted, limit, form?).await,
        None => streamed::answer(call, listing, form?).await,
    }
}

/// Waits for the beginning of a list.
async fn begin<L: Listing>(
    call: &Call,
    listing: &L,
    after: Option<L::Place>,
    limit: Limit,
) -> Result<Page<L::Item>, Failure> {
    let page = listing.page(after, limit);
    if listing.is_search() { call.search(page).await } else { call.list(page).await }
}

fn seal<L: Listing>(call: &Call) -> CursorSeal<'_> {
    CursorSeal::new(&call.app.keys, &call.caller, L::ROUTE, L::ORDER)
}

/// What a list of one client's or of all clients' things reaches.
pub fn reach(call: &Call, all_clients: bool) -> Result<(Scope, Span), Failure> {
    if all_clients { Ok((call.caller.whole_scope()?, Span::AllClients)) } else { Ok((call.scope(), Span::OneClient)) }
}

/// `type=all` isn't for a client's credentials, whatever else the request holds.
pub fn refuse_all_clients(call: &Call) -> Result<(), Failure> {
    if call.query.get("type") == Some("all") {
        call.caller.whole_scope()?;
    }
    Ok(())
}
