//! The whole list, in pieces: memory doesn't grow with it, and nothing of the store is held while a slow reader reads.

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use actix_web::{HttpResponse, rt};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::{once, try_unfold};
use roster_domain::ports::Result as StoreResult;
use roster_domain::{Limit, PlacedPage};

use super::form::Form;
use super::{Listing, begin, deadline};
use crate::answers::{self, Data};
use crate::broken_off::BrokenOff;
use crate::call::Call;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::in_time::in_time;
use crate::notes::Notes;
use crate::streams::StreamPermit;

/// A piece is sent when it has so many bytes.
const PIECE: usize = 256 * 1024;

/// The head goes out with the first rows: a failure before that is an ordinary error. A list that is all in the first
/// piece is an ordinary answer.
pub async fn answer<L: Listing>(call: &Call, listing: L, form: Form) -> Answer {
    let permit = call.app.streams.open(call.caller.user()).ok_or(Code::Overloaded)?;
    let page = begin(call, &listing, None, Limit::stream_chunk()).await?;
    let mut reading = Reading {
        rows: Rows::of(page),
        piece: match form {
            Form::Json => answers::opening(L::MESSAGE)?,
            Form::Lines => Vec::new(),
        },
        form,
        is_first: true,
        deadline: deadline(call, &listing),
        listing: Rc::new(listing),
        ahead: None,
        request_id: Notes::of(&call.request).request_id.clone(),
        _permit: permit,
    };
    reading.look_ahead();
    let (first, rest) = reading.next_piece().await.map_err(|error| Failure::caused(Code::Internal, error))?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(form.content_type());
    let Some(rest) = rest else { return Ok(answer.body(first)) };
    let rest = try_unfold(Some(rest), |reading| async move {
        match reading {
            Some(reading) => reading.next_piece().await.map(Some),
            None => Ok(None),
        }
    });
    Ok(answer.streaming(once(ready(Ok(first))).chain(rest)))
}

/// A page, as the store gives it.
type Read<L> = StoreResult<PlacedPage<<L as Listing>::Item, <L as Listing>::Place>>;

/// A list under way.
struct Reading<L: Listing> {
    listing: Rc<L>,
    /// The next page, which the store reads while this one is written.
    ahead: Option<JoinHandle<Read<L>>>,
    rows: Rows<L>,
    piece: Vec<u8>,
    form: Form,
    is_first: bool,
    deadline: Duration,
    request_id: String,
    _permit: StreamPermit,
}

/// Rows that were read and not yet sent.
struct Rows<L: Listing> {
    waiting: std::vec::IntoIter<L::Item>,
    /// Where the list goes on behind them.
    next: Option<L::Place>,
}

impl<L: Listing> Rows<L> {
    fn of(page: PlacedPage<L::Item, L::Place>) -> Self {
        Self { waiting: page.items.into_iter(), next: page.next }
    }
}

impl<L: Listing> Reading<L> {
    /// The next piece, and what is left to do behind it.
    async fn next_piece(mut self) -> Result<(Bytes, Option<Self>), BrokenOff> {
        if self.rows.waiting.len() == 0 && self.rows.next.is_some() {
            self.rows = Rows::of(self.read_on().await?);
            self.look_ahead();
        }
        while self.piece.len() < PIECE
            && let Some(item) = self.rows.waiting.next()
        {
            if !self.is_first {
                self.piece.push(match self.form {
                    Form::Json => b',',
                    Form::Lines => b'\n',
                });
            }
            self.is_first = false;
            L::row(&item).append(&mut self.piece).map_err(|_| BrokenOff)?;
        }
        let is_last = self.rows.waiting.len() == 0 && self.rows.next.is_none();
        match self.form {
            Form::Json if is_last => self.piece.extend_from_slice(b"]}"),
            Form::Lines if is_last && !self.is_first => self.piece.push(b'\n'),
            Form::Json | Form::Lines => {}
        }
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        Ok((piece, (!is_last).then_some(self)))
    }

    /// Has the page behind this one read.
    fn look_ahead(&mut self) {
        self.ahead = self.rows.next.is_some().then(|| rt::spawn(self.read()));
    }

    /// Reads on behind the last row; once more if the store failed.
    async fn read_on(&mut self) -> Result<PlacedPage<L::Item, L::Place>, BrokenOff> {
        if let Some(ahead) = self.ahead.take()
            && let Ok(Ok(page)) = ahead.await
        {
            return Ok(page);
        }
        self.read().await.map_err(|error| {
            tracing::error!(request.id = self.request_id, error = %error, "a list was broken off: the store failed");
            BrokenOff
        })
    }

    fn read(&self) -> impl Future<Output = Read<L>> + use<L> {
        let (listing, after, deadline) = (Rc::clone(&self.listing), self.rows.next.clone(), self.deadline);
        async move { in_time(deadline, listing.page(after, Limit::stream_chunk())).await }
    }
}
