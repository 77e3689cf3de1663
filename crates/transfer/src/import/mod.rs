//! Rows become contacts: a thousand an act, each row accounted for.

mod groups;
mod operations;
mod reading;
mod step;

use std::io::{self, Write};
use std::pin::pin;
use std::sync::Arc;

use roster_domain::ports::{ContactBatches, GroupRepository, StoreError};
use roster_domain::{Clock, IdSource, MatchBy, OnMatch, Scope};

use crate::{Contacts, Failure, Outcome, ReportWriter, Row, Tally, Unsettled};
use groups::Groups;
use reading::Reading;
use step::Step;

/// Where an import goes: one client, which the scope is narrowed to.
pub struct Importer {
    /// Does the acts.
    pub batches: Arc<dyn ContactBatches>,
    /// The client's groups.
    pub groups: Arc<dyn GroupRepository>,
    /// Ids of new contacts.
    pub ids: Arc<IdSource>,
    /// When that is.
    pub clock: Arc<dyn Clock>,
    /// The client.
    pub scope: Scope,
}

/// What is to come of the rows.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// What makes a row and a contact the same. By [`MatchBy::Id`] new contacts keep the ids of the file, and a row
    /// without one goes by its number; by [`MatchBy::Number`] they are given new ones, since an id is one contact's of
    /// all clients of a user.
    pub by: MatchBy,
    /// What comes of a contact that matches.
    pub on_match: OnMatch,
    /// Where all of them go, whatever the file says: a group of the client, by its id or its title.
    pub group: Option<String>,
    /// Whether groups that aren't there are made, if their titles are known.
    pub create_groups: bool,
    /// So many rows are passed over, and not counted: those that an import before this one has done.
    pub skip_rows: u64,
}

impl ImportOptions {
    /// What is done where nobody says: what the client has already is kept, and given what it lacks; of a dump, which
    /// may be imported once more, it is left alone.
    #[must_use]
    pub const fn usual(is_dump: bool) -> Self {
        let (by, on_match) =
            if is_dump { (MatchBy::Id, OnMatch::Skip) } else { (MatchBy::Number, OnMatch::FillBlanks) };
        Self { by, on_match, group: None, create_groups: false, skip_rows: 0 }
    }
}

/// How an import ended.
#[derive(Debug)]
pub struct Imported {
    /// What became of the rows that were read. Its sums hold.
    pub tally: Tally,
    /// So many rows of the file are done, those that were passed over among them: where another import goes on.
    pub done: u64,
    /// So many rows the report tells of.
    pub reported: u64,
    /// Why there was no more.
    pub end: End,
}

/// Why an import ended.
#[derive(Debug)]
pub enum End {
    /// The file is at its end.
    Complete,
    /// It was told to stop.
    Stopped,
    /// It can't go on. Of the rows behind those that are done up to a thousand may be in, where the store's answer was
    /// lost.
    Failed(ImportError),
}

/// Why an import can't go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// What follows can't be read.
    #[error(transparent)]
    File(#[from] Failure),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It went while contacts were imported into it.
    #[error("the client is gone")]
    ClientGone,
    /// The group that all were to go to isn't one of the client's.
    #[error("the client has no group with the id or title {0:?}")]
    NoSuchGroup(String),
    /// Several groups have the title that was said.
    #[error("several groups have the title {0:?}: say which by its id")]
    SeveralGroups(String),
    /// The report can't be written.
    #[error("the report can't be written")]
    Report(#[source] io::Error),
    /// See [`Unsettled`].
    #[error(transparent)]
    Unsettled(#[from] Unsettled),
    /// No thread could be had to read the file, or it ended before the file did.
    #[error("the reading of the file broke off")]
    Reading,
}

impl Importer {
    /// Imports these rows. What is invalid, skipped or noted goes into the report, which is opened when there is the
    /// first such row; `watch` hears after each act what became of the rows so far, and how many of the file are done.
    /// Told to `stop`, it finishes the act it is in.
    ///
    /// The file is read on a thread of its own, and no further ahead than a few acts.
    pub async fn run<W: Write>(
        &self,
        rows: Contacts<'static>,
        options: &ImportOptions,
        report: impl FnOnce() -> io::Result<ReportWriter<W>>,
        stop: impl Future<Output = ()>,
        watch: impl FnMut(&Tally, u64),
    ) -> Imported {
        let mut running = Running {
            report: Report::Unopened(Some(report)),
            tally: Tally::default(),
            done: options.skip_rows,
            reported: 0,
        };
        let end = match running.all(self, rows, options, stop, watch).await {
            Ok(end) => end,
            Err(error) => End::Failed(error),
        };
        let Running { tally, done, reported, .. } = running;
        Imported { tally, done, reported, end }
    }
}

/// An import under way.
struct Running<W: Write, F> {
    report: Report<W, F>,
    tally: Tally,
    done: u64,
    reported: u64,
}

enum Report<W: Write, F> {
    Unopened(Option<F>),
    Open(ReportWriter<W>),
}

impl<W: Write, F: FnOnce() -> io::Result<ReportWriter<W>>> Running<W, F> {
    async fn all(
        &mut self,
        to: &Importer,
        rows: Contacts<'static>,
        options: &ImportOptions,
        stop: impl Future<Output = ()>,
        mut watch: impl FnMut(&Tally, u64),
    ) -> Result<End, ImportError> {
        let mut groups = Groups::of(to, options).await?;
        let mut reading = Reading::begin(rows, options.skip_rows)?;
        let mut stop = pin!(stop);
        loop {
            let piece = tokio::select! {
                biased;
                () = &mut stop => return Ok(End::Stopped),
                piece = reading.next() => piece?,
            };
            if !piece.rows.is_empty() {
                self.act(to, options, &mut groups, piece.rows, piece.read).await?;
                watch(&self.tally, self.done);
            }
            if let Some(end) = piece.end {
                end?;
                return Ok(End::Complete);
            }
        }
    }

    /// Does an act. Where it fails nothing of it is counted.
    async fn act(
        &mut self,
        to: &Importer,
        options: &ImportOptions,
        groups: &mut Groups,
        rows: Vec<Row>,
        read: u64,
    ) -> Result<(), ImportError> {
        let settled = Step { to, options, groups }.take(&rows).await?;
        // Counted by the thread that read, and here by what became of them.
        let mut tally = Tally { read, ..Tally::default() };
        settled.iter().flatten().for_each(|(outcome, _)| tally.settle_one(*outcome));
        self.tally = self.tally.plus(&tally.settled()?).settled()?;
        self.done += read;
        self.tell(&rows, &settled).map_err(ImportError::Report)
    }

    fn tell(&mut self, rows: &[Row], settled: &[Option<(Outcome, String)>]) -> io::Result<()> {
        let told = rows.iter().zip(settled).filter_map(|(row, settled)| settled.as_ref().map(|settled| (row, settled)));
        for (row, (outcome, reason)) in told {
            if reason.is_empty() && !matches!(outcome, Outcome::Invalid | Outcome::Skipped) {
                continue;
            }
            if let Report::Unopened(open) = &mut self.report
                && let Some(open) = open.take()
            {
                self.report = Report::Open(open()?);
            }
            if let Report::Open(report) = &mut self.report {
                report.row(row.at, *outcome, reason, &row.original)?;
                self.reported += 1;
            }
        }
        match &mut self.report {
            Report::Open(report) => report.flush(),
            Report::Unopened(_) => Ok(()),
        }
    }
}
