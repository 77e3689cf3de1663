//! A batch that comes as one document, and is one act.

use bytes::Bytes;
use roster_domain::{Batch, BatchOutcome, Timestamp};
use tokio::task::spawn_blocking;

use super::{Came, Counts, Reason};
use crate::answers::{self, BatchJson};
use crate::call::Call;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::input::Input;
use crate::problems::Problems;
use crate::requests::batch::{self, Asked, Document, Maker, Refused};
use crate::upload::{Batches, Upload};

pub async fn answer(mut upload: Upload<Batches>) -> Answer {
    let body = upload.read().await?;
    // It may have been long on its way.
    let now = upload.app.clock.now();
    let Document { credentials, batch } = read(body, &upload, now).await?;
    let (call, _place) = upload.into_call(&credentials).await?;
    let (asked, atomic) = judged(&call, batch)?;
    let (operations, group_paths): (Vec<_>, Vec<_>) =
        asked.into_iter().map(|asked| (asked.operation, asked.group_path)).unzip();
    let batch = Batch::new(operations, atomic, now);
    match call.bulk(call.app.store.batches.apply(&call.scope(), batch)).await? {
        BatchOutcome::Done(outcomes) => {
            let came = outcomes.into_iter().zip(&group_paths).map(|(outcome, path)| Came::of(outcome, path));
            let results: Vec<Came> = came.collect();
            let counts = Counts::of(&results).account_for(group_paths.len() as u64);
            let counts = counts.map_err(|error| Failure::caused(Code::Internal, error))?;
            answers::ok("Batch done successfully!", BatchJson { counts: &counts, results: &results })
        }
        BatchOutcome::Refused { index, refusal } => {
            let path = group_paths.get(index).copied().unwrap_or_default();
            Err(Failure::batch(index, Reason::of(refusal, path)))
        }
        BatchOutcome::ClientGone => Err(Code::Unauthenticated.into()),
    }
}

/// 400, or all that is wrong with the body and with the query.
fn judged(call: &Call, batch: Result<(Vec<Asked>, bool), Refused>) -> Result<(Vec<Asked>, bool), Failure> {
    let mut problems = Problems::default();
    let batch = match batch {
        Ok(batch) => Some(batch),
        Err(Refused::Malformed(malformed)) => return Err(Input::malformed(malformed)),
        Err(Refused::Problems(found)) => {
            problems.append(found);
            None
        }
    };
    call.query.check(&[], &mut problems);
    match batch {
        Some(batch) if problems.is_empty() => Ok(batch),
        _ => Err(problems.into()),
    }
}

/// Reads what the body says: off the thread that serves connections, since it may be long.
async fn read(body: Bytes, upload: &Upload<Batches>, now: Timestamp) -> Result<Document, Failure> {
    let (ids, most_of_one) = (upload.app.ids.clone(), upload.app.body_limit);
    let read = spawn_blocking(move || batch::document(&body, most_of_one, Maker { ids: &ids, now }));
    // What the panic said may hold what is in the body.
    read.await.map_err(|_| Failure::caused(Code::Internal, "reading a batch panicked"))
}
