//! Reports of imports: CSV, a part at a time, so that memory doesn't grow with them. They are there while an import is
//! at work too, up to where it is.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::{once, try_unfold};
use roster_domain::ports::{ImportJobs, Result as StoreResult};
use roster_domain::{ContactId, ImportId, Keyset, LeftAlone, Limit, Scope};
use roster_transfer::{ExportFormat, content_disposition, report_header};

use crate::broken_off::BrokenOff;
use crate::call::Call;
use crate::error::Code;
use crate::failure::Answer;
use crate::in_time::in_time;
use crate::notes::Notes;
use crate::requests::imports::Report;
use crate::streams::StreamPermit;

/// The head goes out with the first part: a failure before that is an ordinary error.
pub async fn answer(call: &Call, id: ImportId, of: Report) -> Answer {
    let (scope, jobs) = (call.scope(), Arc::clone(&call.app.store.imports));
    call.one(jobs.get(&scope, id)).await?.ok_or(Code::NotFound)?;
    let (name, header, place) = match of {
        Report::Rows => (format!("import-{id}.csv"), report_header(), Place::Part(0)),
        Report::Undo => (format!("import-{id}-undo.csv"), LEFT_HEADER, Place::Behind(None)),
    };
    let mut head = HttpResponse::Ok();
    head.content_type(ExportFormat::Csv.content_type())
        .insert_header((CONTENT_DISPOSITION, content_disposition(&name)));
    if call.is_head() {
        return Ok(head.finish());
    }
    let permit = call.app.streams.open(call.caller.user()).ok_or(Code::Overloaded)?;
    let request_id = Notes::of(&call.request).request_id.clone();
    let mut reading =
        Reading { jobs, scope, id, place: Some(place), deadline: call.app.deadlines.list, request_id, _permit: permit };
    let first = call.one(reading.part()).await?.unwrap_or_default();
    let first = Bytes::from([header, &first].concat());
    Ok(head.streaming(once(ready(Ok(first))).chain(try_unfold(reading, next_part))))
}

const LEFT_HEADER: &[u8] = b"_id,reason\r\n";

/// A report under way.
struct Reading {
    jobs: Arc<dyn ImportJobs>,
    scope: Scope,
    id: ImportId,
    /// What comes next; `None`: nothing does.
    place: Option<Place>,
    deadline: Duration,
    request_id: String,
    _permit: StreamPermit,
}

#[derive(Clone, Copy)]
enum Place {
    /// Of what became of the rows, the part with this number.
    Part(u64),
    /// Of the contacts that were left alone, those behind this one.
    Behind(Option<ContactId>),
}

async fn next_part(mut reading: Reading) -> Result<Option<(Bytes, Reading)>, BrokenOff> {
    let part = reading.read_on().await.map_err(|error| {
        tracing::error!(request.id = reading.request_id, error = %error, "a report was broken off: the store failed");
        BrokenOff
    })?;
    Ok(part.map(|part| (part.into(), reading)))
}

impl Reading {
    /// Once more if the store failed.
    async fn read_on(&mut self) -> StoreResult<Option<Vec<u8>>> {
        match in_time(self.deadline, self.part()).await {
            Ok(part) => Ok(part),
            Err(_) => in_time(self.deadline, self.part()).await,
        }
    }

    /// The next part, whole lines; `None` behind the last there is so far.
    async fn part(&mut self) -> StoreResult<Option<Vec<u8>>> {
        match self.place {
            None => Ok(None),
            Some(Place::Part(number)) => {
                let part = self.jobs.report(&self.scope, self.id, number).await?;
                self.place = part.is_some().then_some(Place::Part(number + 1));
                Ok(part)
            }
            Some(Place::Behind(after)) => {
                let keyset = Keyset { after, limit: Limit::stream_chunk() };
                let page = self.jobs.left_alone(&self.scope, self.id, keyset).await?;
                let last = page.items.last().filter(|_| page.has_more);
                self.place = last.map(|left| Place::Behind(Some(left.contact)));
                Ok(Some(page.items.iter().map(line).collect::<String>().into_bytes()))
            }
        }
    }
}

/// Neither an id nor a reason holds anything that would have to be quoted.
fn line(left: &LeftAlone) -> String {
    format!("{},{}\r\n", left.contact, left.reason.as_str())
}
