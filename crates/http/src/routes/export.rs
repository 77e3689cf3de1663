//! `/contact/export`: contacts as a file. They are read when the pieces before them were taken, so nothing of the store is
//! held while a slow reader reads; a store that fails half-way cuts the connection, so that nobody takes the file for
//! whole.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::{once, try_unfold};
use roster_domain::ports::StoreError;
use roster_domain::{Contact, GroupTitle};
use roster_transfer::{Export, StoredContacts, content_disposition};
use tokio::time::timeout;

use crate::call::Call;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::list::{self, reach};
use crate::notes::Notes;
use crate::requests;
use crate::streams::StreamPermit;

/// The head goes out with the first page: a failure before that is an ordinary error.
pub async fn export(call: Call) -> Answer {
    list::refuse_all_clients(&call)?;
    let (chosen, format) = requests::export::export(call.parts()?)?;
    let (scope, span) = reach(&call, chosen.all_clients)?;
    let mut head = HttpResponse::Ok();
    let name = format!("contacts.{}", format.extension());
    head.content_type(format.content_type()).insert_header((CONTENT_DISPOSITION, content_disposition(&name)));
    if call.is_head() {
        return Ok(head.finish());
    }
    let permit = call.app.streams.open(call.caller.user()).ok_or(Code::Overloaded)?;
    let store = &call.app.store;
    let (contacts, groups) = (Arc::clone(&store.contacts), Arc::clone(&store.groups));
    let mut contacts = StoredContacts::new(contacts, groups, scope, span, chosen.filter);
    let deadlines = &call.app.deadlines;
    let deadline = if contacts.is_by_group_only() { deadlines.list } else { deadlines.search };
    let page = call.within(deadline, contacts.next_page()).await?;
    let failed = |error| Failure::caused(Code::Internal, error);
    let export = Export::begin(Vec::new(), format).map_err(failed)?;
    let request_id = Notes::of(&call.request).request_id.clone();
    let reading = Reading { contacts, export, deadline, request_id, _permit: permit };
    let (first, rest) = reading.piece(page).map_err(failed)?;
    let Some(rest) = rest else { return Ok(head.body(first)) };
    Ok(head.streaming(once(ready(Ok(first))).chain(try_unfold(Some(rest), next_piece))))
}

/// The export was broken off: the connection is cut without its last chunk.
#[derive(Debug, thiserror::Error)]
#[error("the export was broken off")]
struct BrokenOff;

/// An export under way.
struct Reading {
    contacts: StoredContacts,
    export: Export<Vec<u8>>,
    deadline: Duration,
    request_id: String,
    _permit: StreamPermit,
}

type Page = Option<Vec<(Contact, Option<GroupTitle>)>>;

/// The next piece, and what is left to do behind it.
async fn next_piece(reading: Option<Reading>) -> Result<Option<(Bytes, Option<Reading>)>, BrokenOff> {
    let Some(mut reading) = reading else { return Ok(None) };
    let id = reading.request_id.clone();
    let broken_off = |error: &dyn std::error::Error| {
        tracing::error!(request.id = id, error = %error, "an export was broken off");
        BrokenOff
    };
    let page = reading.read_on().await.map_err(|error| broken_off(&error))?;
    reading.piece(page).map(Some).map_err(|error| broken_off(&error))
}

impl Reading {
    /// Reads on behind the last row; once more if the store failed.
    async fn read_on(&mut self) -> Result<Page, StoreError> {
        match self.read_once().await {
            Ok(page) => Ok(page),
            Err(_) => self.read_once().await,
        }
    }

    async fn read_once(&mut self) -> Result<Page, StoreError> {
        let read = timeout(self.deadline, self.contacts.next_page()).await;
        read.unwrap_or_else(|_| Err(StoreError::unavailable("no answer in time")))
    }

    fn piece(mut self, page: Page) -> std::io::Result<(Bytes, Option<Self>)> {
        for (contact, title) in page.into_iter().flatten() {
            self.export.row(&contact, title.as_ref())?;
        }
        if self.contacts.is_at_end() {
            return Ok((self.export.end()?.into(), None));
        }
        let piece = self.export.take()?;
        Ok((piece.into(), Some(self)))
    }
}
