//! `/contact/export`: contacts as a file, all of them as they were at one instant.
//!
//! It is written to its end before it is sent, as fast as the store reads: so a slow reader holds nothing of the store,
//! and whatever fails is an ordinary error.

use std::io::{self, ErrorKind};

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header::CONTENT_DISPOSITION;
use bytes::Bytes;
use futures_util::stream::try_unfold;
use roster_transfer::{Export, ExportError, content_disposition};

use crate::call::Call;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::in_time::in_time;
use crate::list::{self, reach};
use crate::notes::Notes;
use crate::requests;
use crate::spool::{self, SpoolReader};
use crate::streams::StreamPermit;

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
    // Waiting for its turn is no part of what it may take.
    let snapshot = call.bulk(call.app.store.snapshots.snapshot(&scope, span, &chosen.filter)).await?;
    let file = call.app.spool.file(call.caller.user()).map_err(unwritten)?;
    let export = Export::begin(file, format).map_err(unwritten)?;
    let file = in_time(call.app.deadlines.export, export.whole(snapshot)).await.map_err(failed)?;
    let length = file.length();
    let request_id = Notes::of(&call.request).request_id.clone();
    let sending = Sending { file: file.reader(), request_id, _permit: permit };
    Ok(head.body(SizedStream::new(length, try_unfold(sending, Sending::piece))))
}

fn failed(error: ExportError) -> Failure {
    match error {
        ExportError::Store(error) => error.into(),
        ExportError::Write(error) => unwritten(error),
    }
}

fn unwritten(error: io::Error) -> Failure {
    let code = match error.kind() {
        _ if spool::is_full(&error) => Code::Overloaded,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Code::StoreUnavailable,
        _ => Code::Internal,
    };
    Failure::caused(code, error)
}

/// A file on its way out.
struct Sending {
    file: SpoolReader,
    request_id: String,
    _permit: StreamPermit,
}

impl Sending {
    /// The next piece, and what is left. Where it can't be read, the connection is cut before its announced end.
    async fn piece(self) -> io::Result<Option<(Bytes, Self)>> {
        let Self { file, request_id, _permit } = self;
        let piece = file.piece().await.inspect_err(|error| {
            tracing::error!(request.id = request_id, %error, "an export was broken off");
        })?;
        Ok(piece.map(|(piece, file)| (piece, Self { file, request_id, _permit })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_passes_and_any_other_failure_is_a_defect() {
        let code = |kind: ErrorKind| unwritten(kind.into()).code;
        assert_eq!(code(ErrorKind::StorageFull), Code::StoreUnavailable);
        assert_eq!(code(ErrorKind::QuotaExceeded), Code::StoreUnavailable);
        assert_eq!(code(ErrorKind::PermissionDenied), Code::Internal);
    }
}
