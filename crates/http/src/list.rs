//! Lists, all in one way: with `limit` a page and a cursor to the next, without it everything, streamed.

mod form;
mod page;
mod streamed;

use std::time::Duration;

use actix_web::HttpResponse;
use roster_domain::ports::Result as StoreResult;
use roster_domain::{Limit, PlacedPage, Scope, Span};

use crate::answers::Data;
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
    /// In words: its order, or where one can be chosen, that of those who choose none. Bound into cursors; a chosen one is
    /// among the filters, which are bound as well.
    const ORDER: &str;
    const MESSAGE: &str;
    /// Whether it can also be had as lines of JSON (`Accept: application/x-ndjson`).
    const AS_LINES: bool = false;

    /// Whether it has to be searched for, which may take longer.
    fn is_search(&self) -> bool {
        false
    }

    /// What is behind this place, and where the page behind that begins.
    async fn page(&self, after: Option<Self::Place>, limit: Limit) -> StoreResult<PlacedPage<Self::Item, Self::Place>>;

    /// An item as it is answered.
    fn row(item: &Self::Item) -> impl Data;
}

/// Which part of a list is wanted, and as what.
pub struct Asked<L: Listing> {
    pub wanted: Wanted<L::Filter, L::Place>,
    form: Form,
}

/// Reads what is asked for: 406, then what is wrong with the body and with the query.
pub fn asked<L: Listing>(call: &Call) -> Result<Asked<L>, Failure> {
    let form = Form::accepted::<L>(call)?;
    Ok(Asked { wanted: lists::wanted(call.parts()?.query, &seal::<L>(call))?, form })
}

/// Answers a list.
pub async fn answer<L: Listing>(call: &Call, listing: L, asked: &Asked<L>) -> Answer {
    let Asked { wanted, form } = asked;
    if call.is_head() {
        // The head alone, which says nothing that would have to be read.
        return Ok(HttpResponse::Ok().content_type(form.content_type()).finish());
    }
    match wanted.limit {
        Some(limit) => page::answer(call, &listing, wanted, limit, *form).await,
        None => streamed::answer(call, listing, *form).await,
    }
}

/// Waits for the beginning of a list.
async fn begin<L: Listing>(
    call: &Call,
    listing: &L,
    after: Option<L::Place>,
    limit: Limit,
) -> Result<PlacedPage<L::Item, L::Place>, Failure> {
    call.within(deadline(call, listing), listing.page(after, limit)).await
}

/// How long reading a part of a list may take.
fn deadline<L: Listing>(call: &Call, listing: &L) -> Duration {
    let deadlines = &call.app.deadlines;
    if listing.is_search() { deadlines.search } else { deadlines.list }
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
