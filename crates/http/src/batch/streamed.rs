//! A batch that comes as lines: done step by step, each step one act, and answered step by step while the rest is still to
//! come. Nothing is read before what was read is done and on its way, so a reader that doesn't read makes the sender wait,
//! and memory holds a step however many lines there are.

use std::sync::Arc;

use actix_web::HttpResponse;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::{once, try_unfold};
use roster_domain::ports::StoreError;
use roster_domain::{Batch, BatchOutcome, InvalidCode};
use tokio::task::spawn_blocking;

use super::counts::Unaccounted;
use super::lines::Line;
use super::steps::{GivenUp, Step, Steps};
use super::{Came, Counts, Reason};
use crate::answers::{Data, ResultJson};
use crate::broken_off::BrokenOff;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::in_time::in_time;
use crate::input::Input;
use crate::middleware::AsItComes;
use crate::notes::Notes;
use crate::problems::Problems;
use crate::requests::batch::{self, Asked, Maker};
use crate::services::App;
use crate::streams::StreamPermit;
use crate::upload::{Batches, NoLonger, Shown, Unread, Upload};

/// The head goes out with what came of the first step: a failure before that is an ordinary error.
pub async fn answer(upload: Upload<Batches>) -> Answer {
    let (app, request) = (upload.app.clone(), upload.request.clone());
    let checked = check(&upload);
    let (shown, place, body) = upload.into_stream()?;
    checked?;
    let mut running = Running {
        steps: Steps::of(body, app.body_limit, app.deadlines.reader),
        most: app.body_limit,
        asked: 0,
        counts: Counts::default(),
        shown,
        request_id: Notes::of(&request).request_id.clone(),
        app: app.clone(),
        _place: place,
    };
    let step = running.steps.next().await.map_err(Stopped::from)?;
    Input::enter(&app, &request)?;
    running.shown.look_again(&app, app.clock.now()).await?;
    let first = running.take(step).await?;
    let rest = try_unfold(running, Running::next_piece);
    let mut answer =
        HttpResponse::Ok().content_type("application/x-ndjson").streaming(once(ready(Ok(first))).chain(rest));
    answer.extensions_mut().insert(AsItComes);
    Ok(answer)
}

/// What can be refused before anything is read: 415, then 422.
fn check(upload: &Upload<Batches>) -> Result<(), Failure> {
    upload.refuse_encoded()?;
    let mut problems = Problems::default();
    if upload.query.get("atomic").is_some() {
        problems.say("atomic", InvalidCode::NotAllowed, "is not for lines, which are done step by step");
    }
    upload.query.check(&[&["atomic"]], &mut problems);
    problems.none()
}

/// Why it doesn't go on.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    GivenUp(#[from] GivenUp),
    #[error(transparent)]
    Caller(#[from] NoLonger),
    #[error("its client is gone")]
    ClientGone,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Unaccounted(#[from] Unaccounted),
    #[error("reading it panicked")]
    Panicked,
    #[error(transparent)]
    Writing(#[from] serde_json::Error),
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::GivenUp(GivenUp::Silent) => Code::RequestTimeout.into(),
            Stopped::GivenUp(GivenUp::Incomplete) => Self::told(Code::MalformedBody, "The body is incomplete."),
            Stopped::Caller(no_longer) => no_longer.into(),
            Stopped::ClientGone => Code::Unauthenticated.into(),
            Stopped::Store(error) => error.into(),
            error => Self::caused(Code::Internal, error),
        }
    }
}

/// A batch under way.
struct Running {
    steps: Steps<Unread>,
    /// So many bytes may a line have.
    most: usize,
    /// So many operations came.
    asked: u64,
    counts: Counts,
    shown: Shown,
    request_id: String,
    app: App,
    _place: StreamPermit,
}

impl Running {
    /// What comes of the next step, and what is left to do behind it; the last piece holds the counts.
    async fn next_piece(mut self) -> Result<Option<(Bytes, Self)>, BrokenOff> {
        if self.steps.has_ended() {
            return Ok(None);
        }
        match self.step().await {
            Ok(piece) => Ok(Some((piece, self))),
            Err(stopped) => {
                self.tell(&stopped);
                Err(BrokenOff)
            }
        }
    }

    async fn step(&mut self) -> Result<Bytes, Stopped> {
        let step = self.steps.next().await?;
        self.shown.look_again(&self.app, self.app.clock.now()).await?;
        self.take(step).await
    }

    fn tell(&self, stopped: &Stopped) {
        let id = self.request_id.as_str();
        match stopped {
            Stopped::GivenUp(_) | Stopped::Caller(NoLonger::ShutOut) | Stopped::ClientGone => {
                tracing::info!(request.id = id, cause = %stopped, "a batch was broken off");
            }
            error => tracing::error!(request.id = id, error = %error, "a batch was broken off: it failed"),
        }
    }

    /// Does a step; what is answered of it.
    async fn take(&mut self, step: Step) -> Result<Bytes, Stopped> {
        self.asked += step.lines.len() as u64;
        let results = self.act(step).await?;
        let mut piece = Vec::with_capacity(results.len() * 384);
        for (line, came) in &results {
            self.counts.add(came);
            ResultJson { of: ("line", *line), came }.append(&mut piece)?;
            piece.push(b'\n');
        }
        let counts = self.counts.account_for(self.asked)?;
        if self.steps.has_ended() {
            piece.extend_from_slice(br#"{"counts":"#);
            counts.append(&mut piece)?;
            piece.extend_from_slice(b"}\n");
        }
        Ok(piece.into())
    }

    async fn act(&self, step: Step) -> Result<Vec<(u64, Came)>, Stopped> {
        let now = self.app.clock.now();
        let (ids, most) = (Arc::clone(&self.app.ids), self.most);
        let read = spawn_blocking(move || read(step, most, Maker { ids: &ids, now }));
        // What the panic said may hold what is in the lines.
        let read = read.await.map_err(|_| Stopped::Panicked)?;
        // The operations go to the store; what was to be read of each stays, in the order of their lines.
        let (mut operations, mut lines) = (Vec::new(), Vec::with_capacity(read.len()));
        for (line, read) in read {
            lines.push((
                line,
                read.map(|Asked { operation, group_path }| {
                    operations.push(operation);
                    group_path
                }),
            ));
        }
        let mut outcomes = Vec::new().into_iter();
        if !operations.is_empty() {
            let batch = Batch::new(operations, false, now);
            let scope = self.shown.caller.scope();
            let done = in_time(self.app.deadlines.bulk, self.app.store.batches.apply(&scope, batch)).await?;
            outcomes = match done {
                BatchOutcome::Done(outcomes) => outcomes.into_iter(),
                BatchOutcome::Refused { .. } => return Err(StoreError::failed("refused as if it were atomic").into()),
                BatchOutcome::ClientGone => return Err(Stopped::ClientGone),
            };
        }
        // Where the store answered too few there is one result less, which the counts tell.
        let results = lines.into_iter().filter_map(|(line, read)| match read {
            Ok(group_path) => outcomes.next().map(|outcome| (line, Came::of(outcome, group_path))),
            Err(reason) => Some((line, Came::Refused(reason))),
        });
        Ok(results.collect())
    }
}

fn read(step: Step, most: usize, maker: Maker<'_>) -> Vec<(u64, Result<Asked, Reason>)> {
    let read = |line| match line {
        Line::Text(text) => batch::line(&text, maker),
        Line::TooLong => Err(Reason::too_long(most)),
    };
    step.lines.into_iter().map(|(number, line)| (number, read(line))).collect()
}
