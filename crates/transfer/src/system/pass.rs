//! The walk through a collection: what is read, what becomes of it, and what is said of that.

use std::pin::Pin;

use futures_util::FutureExt as _;
use roster_domain::{ObjectId, RowOutcome, Tally, Unsettled};

use super::reading::{Piece, Reading};
use super::{SystemEnd, SystemError, SystemReport};
use crate::{Failure, Place, Problem};

pub struct Pass<'p, 'w> {
    file: &'p str,
    report: &'p mut SystemReport<'w>,
    /// Ends when it is to stop between two acts.
    stop: Pin<&'p mut (dyn Future<Output = ()> + Send)>,
    is_told_to_stop: bool,
    watch: &'p mut dyn FnMut(&Tally),
    /// So many were handed over by the reading.
    handed: u64,
    /// Those that were looked at.
    tally: Tally,
}

impl<'p, 'w> Pass<'p, 'w> {
    pub fn new(
        file: &'p str,
        report: &'p mut SystemReport<'w>,
        stop: Pin<&'p mut (dyn Future<Output = ()> + Send)>,
        watch: &'p mut dyn FnMut(&Tally),
    ) -> Self {
        Self { file, report, stop, is_told_to_stop: false, watch, handed: 0, tally: Tally::default() }
    }

    /// The next documents; `None`: it is to stop.
    pub async fn next<T: Send + 'static>(&mut self, of: &mut Reading<T>) -> Result<Option<Piece<T>>, SystemError> {
        if self.is_told_to_stop {
            return Ok(None);
        }
        tokio::select! {
            biased;
            () = &mut self.stop => {
                self.is_told_to_stop = true;
                Ok(None)
            }
            piece = of.next() => {
                let piece = piece?;
                self.handed += piece.items.len() as u64;
                Ok(Some(piece))
            }
        }
    }

    /// At least so many of the next ones, as far as there are.
    pub async fn many<T: Send + 'static>(
        &mut self,
        of: &mut Reading<T>,
        count: usize,
    ) -> Result<Option<Piece<T>>, SystemError> {
        let mut many = Piece { items: Vec::new(), end: None };
        while many.items.len() < count && many.end.is_none() {
            let Some(Piece { items, end }) = self.next(of).await? else { return Ok(None) };
            many.items.extend(items);
            many.end = end;
        }
        Ok(Some(many))
    }

    /// Whether to stop before the next act.
    pub fn is_told_to_stop(&mut self) -> bool {
        // What has ended must not be asked again.
        self.is_told_to_stop = self.is_told_to_stop || self.stop.as_mut().now_or_never().is_some();
        self.is_told_to_stop
    }

    /// This one is looked at now.
    pub const fn reads_one(&mut self) {
        self.tally.read_one();
    }

    /// This became of one. What isn't in, and what there is something to say of, is in the report.
    pub fn settles(&mut self, at: Place, verdict: Verdict, original: &str) -> Result<(), SystemError> {
        let Verdict { outcome, reason } = verdict;
        self.tally.settle_one(outcome);
        if matches!(outcome, RowOutcome::Skipped | RowOutcome::Invalid) || !reason.is_empty() {
            self.report.row(self.file, at.line, outcome, &reason, original).map_err(SystemError::Report)?;
        }
        Ok(())
    }

    /// Tells how far it is; what was said so far is written.
    pub fn pauses(&mut self) -> Result<(), SystemError> {
        self.report.flush().map_err(SystemError::Report)?;
        (self.watch)(&self.tally);
        Ok(())
    }

    /// What follows in the file can't be read.
    pub fn breaks_off(&self, failure: Failure) -> SystemError {
        SystemError::File { file: self.file.to_owned(), failure }
    }

    /// The tally as it may be told. At the end of the file as many were looked at as were handed over.
    pub fn end(mut self, taken: Result<SystemEnd, SystemError>) -> (Tally, SystemEnd) {
        let end = taken.and_then(|end| {
            self.pauses()?;
            if matches!(end, SystemEnd::Complete) && self.handed != self.tally.read {
                return Err(Unsettled(Tally { read: self.handed, ..self.tally }).into());
            }
            self.tally.settled()?;
            Ok(end)
        });
        (self.tally, end.unwrap_or_else(SystemEnd::Failed))
    }
}

/// What becomes of a document, and what is to be said of it.
pub struct Verdict {
    pub outcome: RowOutcome,
    pub reason: String,
}

impl Verdict {
    /// Nothing needs saying.
    pub const fn silent(outcome: RowOutcome) -> Self {
        Self { outcome, reason: String::new() }
    }

    pub fn new(outcome: RowOutcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: reason.into() }
    }

    pub fn skipped(reason: &'static str) -> Self {
        Self::new(RowOutcome::Skipped, reason)
    }

    pub fn invalid(problems: &[Problem]) -> Self {
        Self::new(RowOutcome::Invalid, said(problems.iter().map(ToString::to_string)))
    }

    /// A member that a whole system can't do without isn't there.
    pub fn without(member: &'static str) -> Self {
        Self::new(RowOutcome::Invalid, format!("{member} is required"))
    }

    /// With more to say.
    pub fn noted(self, more: impl IntoIterator<Item = String>) -> Self {
        let Self { outcome, reason } = self;
        Self { outcome, reason: said(std::iter::once(reason).chain(more)) }
    }
}

fn said(parts: impl Iterator<Item = String>) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// What stands for a document that holds credentials, or might.
pub fn shown(id: Option<ObjectId>) -> String {
    id.map(|id| format!("_id {id}")).unwrap_or_default()
}
