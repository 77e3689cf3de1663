//! The work on an import: step by step, from where it is.

use std::io::Read;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use roster_domain::ports::{Result as Answer, Worked};
use roster_domain::{
    Batch, Claim, ContactGroup, GroupId, GroupTitle, ImportProgress, ImportStep, Keyset, Limit, NewGroup,
    OperationOutcome, Span, Timestamp,
};
use tokio::time::sleep;

use super::accounts::{Accounts, Told};
use super::groups::{Destination, Groups, absent};
use super::lease::{RENEWAL, until};
use super::operations::in_group;
use super::patience::{Halt, done, patiently};
use super::reading::{Draft, Piece, Plan, Reading};
use super::{ImportError, Importer};
use crate::{Hints, ImportRequest, Options, SeveralNumbers};

/// An import under way.
pub struct Run<'a, W> {
    to: &'a Importer,
    claim: &'a Claim,
    watch: W,
    pub progress: ImportProgress,
    /// When the step before was done.
    since: Timestamp,
}

/// How a step was done.
enum Stepped {
    Now(Vec<OperationOutcome>),
    /// By the time that it was asked for again: the answer was lost. The import is this far.
    Before(ImportProgress),
}

impl<'a, W: FnMut(&ImportProgress) + Send> Run<'a, W> {
    pub fn of(to: &'a Importer, claim: &'a Claim, watch: W) -> Self {
        Self { to, claim, watch, progress: claim.import.progress, since: to.clock.now() }
    }

    pub async fn all(
        &mut self,
        file: impl Read + Send + 'static,
        mut stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<(), Halt> {
        let request = ImportRequest::from_text(&self.claim.import.options)?;
        let mut groups = self.groups(stop.as_mut()).await?;
        if let Some(named) = &request.group {
            groups.aim(named, request.create_groups)?;
        }
        let is_made = request.create_groups;
        let mut reading = Reading::begin(file, self.plan(request))?;
        loop {
            let piece = tokio::select! {
                biased;
                () = &mut stop => return Err(Halt::Stopped),
                piece = reading.next() => piece?,
                // An empty step is one too: whoever waits for rows holds the import.
                () = sleep(RENEWAL) => Piece { bytes: self.progress.bytes_read, ..Piece::default() },
            };
            let Piece { rows, read, bytes, end } = piece;
            if end.is_none() || read > 0 {
                let accounts = self.accounts(rows, read, &mut groups, is_made, stop.as_mut()).await?;
                self.step(accounts, bytes, &mut groups, stop.as_mut()).await?;
            }
            if let Some(end) = end {
                return Ok(end.map_err(ImportError::from)?);
            }
        }
    }

    /// How its file is to be read.
    fn plan(&self, request: ImportRequest) -> Plan {
        let file = self.claim.import.file.clone();
        let hints = Hints {
            format: request.format,
            encoding: request.encoding.clone(),
            file_name: file.name,
            content_type: file.content_type,
            limits: self.to.limits.unpacked,
        };
        let several = if request.each_number { SeveralNumbers::OneEach } else { SeveralNumbers::Preferred };
        let map = request.map.clone().unwrap_or_default();
        let reading = Options { map, several, region: self.claim.region.clone() };
        let (ids, clock) = (Arc::clone(&self.to.ids), Arc::clone(&self.to.clock));
        Plan { request, hints, reading, skip: self.progress.tally.read, ids, clock }
    }

    /// The client's groups.
    async fn groups(&self, mut stop: Pin<&mut (impl Future<Output = ()> + Send)>) -> Result<Groups, Halt> {
        let scope = self.claim.scope();
        let mut groups = Groups::of([]);
        let mut after = None;
        loop {
            let keyset = || Keyset { after, limit: Limit::stream_chunk() };
            let page = patiently(stop.as_mut(), |_| self.to.groups.page(&scope, Span::OneClient, keyset())).await?;
            after = page.items.last().map(|group| group.id);
            page.items.into_iter().for_each(|group| groups.add(group));
            if !page.has_more || after.is_none() {
                return Ok(groups);
            }
        }
    }

    /// What is asked of the store for these rows, and who tells what became of them.
    async fn accounts(
        &self,
        drafts: Vec<Draft>,
        read: u64,
        groups: &mut Groups,
        is_made: bool,
        mut stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<Accounts, Halt> {
        let (mut operations, mut all_derived) = (Vec::with_capacity(drafts.len()), Vec::with_capacity(drafts.len()));
        let mut rows = Vec::with_capacity(drafts.len());
        for Draft { at, original, said, operation, derived, group } in drafts {
            let mut row = Told { at, original, said, note: None, is_asked: operation.is_some() };
            if let Some(mut operation) = operation {
                match groups.place(group.as_ref(), is_made) {
                    Destination::Default => {}
                    Destination::Lost(group) => row.note = Some(absent(group)),
                    Destination::Group(group) => operation = in_group(operation, group),
                    Destination::New(title) => {
                        operation = in_group(operation, self.make(title, groups, stop.as_mut()).await?);
                    }
                }
                operations.push(operation);
                all_derived.push(derived);
            }
            rows.push(row);
        }
        let batch = Batch::new(operations, false, self.to.clock.now());
        let batch = Arc::new(batch.derived_ahead(self.claim.region.clone(), all_derived));
        Ok(Accounts { batch, rows, read, reported_before: self.progress.reported, last: Mutex::default() })
    }

    async fn make(
        &self,
        title: GroupTitle,
        groups: &mut Groups,
        stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<GroupId, Halt> {
        let now = self.to.clock.now();
        let group = NewGroup {
            id: self.to.ids.next(now),
            title,
            is_default: false,
            created_at: now,
            updated_at: now,
            legacy_version: 0,
        };
        let made = done(patiently(stop, |times| self.try_making(&group, times)).await?)?;
        let id = made.id;
        groups.add(made);
        Ok(id)
    }

    /// Makes it, unless it is there by the time that it is asked for again: the answer was lost.
    async fn try_making(&self, group: &NewGroup, times: usize) -> Answer<Worked<ContactGroup>> {
        if times > 0
            && let Some(made) = self.to.groups.get(&self.claim.scope(), group.id).await?
        {
            return Ok(Worked::Done(made));
        }
        let now = self.to.clock.now();
        let mut group = group.clone();
        if self.claim.import.is_dry_run {
            // None is made that could be found again: each time it is another one that would be.
            group.id = self.to.ids.next(now);
        }
        self.to.runs.create_group(self.claim, group, until(now)).await
    }

    /// Does a step. Where it fails nothing of it is counted.
    async fn step(
        &mut self,
        accounts: Accounts,
        bytes_read: u64,
        groups: &mut Groups,
        stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<(), Halt> {
        let accounts = Arc::new(accounts);
        let now = self.to.clock.now();
        let worked_millis = u64::try_from(now.millis() - self.since.millis()).unwrap_or(0);
        let step = ImportStep {
            batch: Arc::clone(&accounts.batch),
            accounts: accounts.clone(),
            rows_before: self.progress.tally.read,
            bytes_read,
            worked_millis,
            lease_until: until(now),
        };
        let stepped = patiently(stop, |times| self.try_step(&step, times)).await;
        match done(stepped.map_err(|halt| unsettled(&accounts).unwrap_or(halt))?)? {
            Stepped::Before(progress) => self.progress = progress,
            Stepped::Now(outcomes) => {
                accounts.missed(&outcomes).for_each(|group| groups.forget(group));
                let (tally, reported) = accounts.last();
                self.progress = ImportProgress {
                    tally: self.progress.tally.plus(&tally),
                    reported: self.progress.reported + reported,
                    bytes_read,
                    worked_millis: self.progress.worked_millis + worked_millis,
                };
            }
        }
        self.since = now;
        (self.watch)(&self.progress);
        Ok(())
    }

    /// Does it, unless it is done by the time that it is asked for again.
    async fn try_step(&self, step: &ImportStep, times: usize) -> Answer<Worked<Stepped>> {
        if times > 0
            && let Some(import) = self.to.jobs.get(&self.claim.scope(), self.claim.import.id).await?
            && import.progress.tally.read > step.rows_before
        {
            return Ok(Worked::Done(Stepped::Before(import.progress)));
        }
        let lease_until = until(self.to.clock.now());
        let worked = self.to.runs.step(self.claim, ImportStep { lease_until, ..step.clone() }).await?;
        Ok(match worked {
            Worked::Done(outcomes) => Worked::Done(Stepped::Now(outcomes)),
            Worked::Lost => Worked::Lost,
            Worked::ClientGone => Worked::ClientGone,
        })
    }
}

/// The store refuses what doesn't add up, without saying so.
fn unsettled(accounts: &Accounts) -> Option<Halt> {
    let (tally, _) = accounts.last();
    tally.settled().err().map(Halt::from)
}
