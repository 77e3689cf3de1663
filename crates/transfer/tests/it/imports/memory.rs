//! Imports and the contacts that they make, in memory, by the rules that stores go by.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use roster_domain::ports::{
    Beginning, Begun, EndTimes, GroupDeletion, GroupRepository, GroupUpdate, ImportJobs, ImportRuns, Receiving, Result,
    StagedPiece, Staging, StagingLimits, StoreError, Turned, Worked,
};
use roster_domain::{
    BatchClient, Claim, Clock, Contact, ContactFilter, ContactGroup, ContactId, ContactsFate, Entropy, GroupChanges,
    GroupId, GroupTitle, IdSource, Import, ImportChanges, ImportEnd, ImportFailure, ImportFile, ImportId,
    ImportProgress, ImportSource, ImportState, ImportStep, Keyset, Lease, LeftAlone, NewGroup, NewImport, ObjectId,
    OperationOutcome, Page, Plan, Precondition, Scope, Span, Timestamp, UndoCounts,
};
use roster_transfer::{ImportLimits, Importer};
use tokio::sync::Notify;

/// An id of nothing but this byte.
pub fn id<Id: From<ObjectId>>(n: u8) -> Id {
    Id::from(ObjectId::from_bytes([n; 12]))
}

/// How the store misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// From this step on it is away so many times, and does nothing.
    Away(u64, u32),
    /// It does this step, and its answer is lost.
    Unanswered(u64),
    /// It makes a group, and its answer is lost.
    UnansweredGroup,
    /// It notes the end of an import, and its answer is lost.
    UnansweredEnd,
    /// The client goes before the end of an import is noted.
    GoneAtTheEnd,
    /// It says nothing of the first operation of a step.
    Silent,
    /// It knows no groups but the default one when contacts go there.
    GroupsGone,
    /// The client is gone.
    ClientGone,
    /// It has a defect that ends whoever asks for the steps of the first import.
    Panics,
    /// Its staged files can't be had.
    NoFiles,
}

/// A store of one client, `01…`, whose default group is `02…`.
pub struct Memory {
    pub fault: Mutex<Fault>,
    pub kept: Mutex<Kept>,
    pub ids: Arc<IdSource>,
    /// Rung at the end of each import, and when one is stopped or undone.
    pub ended: Notify,
    /// Rung when nothing is found to be worked on.
    pub idle: Notify,
    /// Rung with each contact that is undone.
    pub undoing: Notify,
}

/// What is kept.
#[derive(Default)]
pub struct Kept {
    pub contacts: BTreeMap<ContactId, Contact>,
    pub groups: Vec<ContactGroup>,
    pub imports: BTreeMap<ImportId, Job>,
    /// So many steps with rows were done, and so many without.
    pub steps: u64,
    pub renewals: u64,
}

/// An import with all that belongs to it.
pub struct Job {
    pub import: Import,
    pub lease: Option<Lease>,
    pub pieces: Vec<Vec<u8>>,
    pub report: Vec<Vec<u8>>,
    pub drafts: BTreeMap<ContactId, Contact>,
    pub changes: ImportChanges,
    pub made: Vec<GroupId>,
}

impl Memory {
    pub fn with(fault: Fault) -> Arc<Self> {
        let mut kept = Kept::default();
        for (n, title) in [(2, "Default"), (3, "Friends")] {
            kept.groups.push(ContactGroup {
                id: id(n),
                client_id: id(1),
                title: GroupTitle::parse(title).unwrap(),
                is_default: n == 2,
                created_at: Timestamp::from_millis(0),
                updated_at: Timestamp::from_millis(0),
                legacy_version: 0,
                revision: 0,
            });
        }
        Arc::new(Self {
            fault: Mutex::new(fault),
            kept: Mutex::new(kept),
            ids: Arc::new(IdSource::new(&Fixed)),
            ended: Notify::new(),
            idle: Notify::new(),
            undoing: Notify::new(),
        })
    }

    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }

    /// Once it has misbehaved it does so no more.
    fn lost_answer<T>(&self) -> Result<T> {
        *self.fault.lock().unwrap() = Fault::None;
        Err(StoreError::unavailable("the answer was lost"))
    }

    /// An import as it is.
    pub fn import(&self, id: ImportId) -> Import {
        self.kept().imports[&id].import.clone()
    }

    /// Its report, without a header.
    pub fn report(&self, id: ImportId) -> String {
        String::from_utf8(self.kept().imports[&id].report.concat()).unwrap()
    }

    pub fn contacts(&self) -> Vec<Contact> {
        self.kept().contacts.values().cloned().collect()
    }

    /// An import in this state, with this file where it was handed over.
    pub fn put(&self, new: NewImport, source: ImportSource, state: ImportState, pieces: Vec<Vec<u8>>) {
        let NewImport { id, is_dry_run, options, file, created_at } = new;
        let import = Import {
            id,
            client_id: self::id(1),
            source,
            state,
            is_dry_run,
            options,
            file,
            progress: ImportProgress::default(),
            failure: None,
            undo: None,
            created_at,
            started_at: None,
            ended_at: None,
            expires_at: None,
        };
        let job = Job {
            import,
            lease: None,
            pieces,
            report: Vec::new(),
            drafts: BTreeMap::new(),
            changes: ImportChanges::default(),
            made: Vec::new(),
        };
        self.kept().imports.insert(id, job);
    }
}

impl Job {
    fn claim(&mut self, lease: Lease) -> Claim {
        self.lease = Some(lease);
        Claim { user: id(9), import: self.import.clone(), region: None, holder: lease.holder }
    }

    fn is_held(&self, claim: &Claim) -> bool {
        self.lease.is_some_and(|lease| lease.holder == claim.holder)
            && matches!(self.import.state, ImportState::Running | ImportState::Undoing)
    }
}

#[async_trait]
impl ImportRuns for Memory {
    async fn claim(&self, now: Timestamp, lease: Lease, at_once: u32) -> Result<Option<Claim>> {
        let mut kept = self.kept();
        let is_free = |job: &Job| job.lease.is_none_or(|lease| lease.until <= now);
        let at_work = kept.imports.values().filter(|job| !is_free(job)).count();
        let next = kept.imports.values_mut().find(|job| match job.import.state {
            ImportState::Waiting | ImportState::Undoing => is_free(job),
            ImportState::Running => is_free(job) && job.import.source == ImportSource::Staged,
            _ => false,
        });
        let Some(job) = next.filter(|_| at_work < at_once as usize) else {
            self.idle.notify_one();
            return Ok(None);
        };
        if job.import.state == ImportState::Waiting {
            job.import.state = ImportState::Running;
        }
        Ok(Some(job.claim(lease)))
    }

    async fn staged(&self, claim: &Claim, number: u64) -> Result<Option<Vec<u8>>> {
        if self.fault() == Fault::NoFiles {
            return Err(StoreError::failed("gone"));
        }
        Ok(self.kept().imports[&claim.import.id].pieces.get(usize::try_from(number).unwrap()).cloned())
    }

    async fn create_group(
        &self,
        claim: &Claim,
        group: NewGroup,
        lease_until: Timestamp,
    ) -> Result<Worked<ContactGroup>> {
        let mut kept = self.kept();
        let job = kept.imports.get_mut(&claim.import.id).unwrap();
        if !job.is_held(claim) {
            return Ok(Worked::Lost);
        }
        if job.made.contains(&group.id) {
            return Err(StoreError::failed("the id is taken"));
        }
        job.made.push(group.id);
        job.lease = Some(Lease { holder: claim.holder, until: lease_until });
        let is_dry_run = job.import.is_dry_run;
        let group = group.made_in(id(1));
        if !is_dry_run {
            kept.groups.push(group.clone());
        }
        if self.fault() == Fault::UnansweredGroup {
            return self.lost_answer();
        }
        Ok(Worked::Done(group))
    }

    async fn step(&self, claim: &Claim, step: ImportStep) -> Result<Worked<Vec<OperationOutcome>>> {
        let fault = self.fault();
        let is_first = claim.import.id == new_import(1, "", false).id;
        assert!(fault != Fault::Panics || !is_first, "a defect");
        let mut kept = self.kept();
        let kept = &mut *kept;
        match fault {
            Fault::Away(from, times) if kept.steps >= from && times > 0 => {
                *self.fault.lock().unwrap() = Fault::Away(from, times - 1);
                return Err(StoreError::unavailable("gone"));
            }
            Fault::ClientGone => return Ok(Worked::ClientGone),
            _ => {}
        }
        let job = kept.imports.get_mut(&claim.import.id).unwrap();
        if !job.is_held(claim) || job.import.progress.tally.read != step.rows_before {
            return Ok(Worked::Lost);
        }
        let client = BatchClient { id: id(1), region: None, default_group: id(2) };
        let mut groups: HashSet<GroupId> = kept.groups.iter().map(|group| group.id).chain(job.made.clone()).collect();
        if fault == Fault::GroupsGone {
            groups.retain(|group| *group == id(2));
        }
        let mut found = kept.contacts.clone();
        found.extend(job.drafts.clone());
        // A store may begin again.
        let _ = step.accounts.of(&[]);
        let planned = step.planned(&client, found.into_values().collect(), &groups);
        let (Plan { outcomes, inserts, updates, .. }, account) = planned.map_err(StoreError::failed)?;
        let account = if fault == Fault::Silent { step.accounts.of(&outcomes[1..]) } else { account };
        account.tally.settled().map_err(StoreError::failed)?;
        let written = inserts.into_iter().chain(updates).map(|(contact, _)| (contact.id, contact));
        match job.import.is_dry_run {
            true => job.drafts.extend(written),
            false => kept.contacts.extend(written),
        }
        job.changes.0.extend(ImportChanges::of(&outcomes).0);
        let progress = &mut job.import.progress;
        progress.tally = progress.tally.plus(&account.tally);
        progress.reported += account.reported;
        progress.bytes_read = step.bytes_read;
        progress.worked_millis += step.worked_millis;
        if !account.report.is_empty() {
            job.report.push(account.report);
        }
        job.lease = Some(Lease { holder: claim.holder, until: step.lease_until });
        match account.tally.read {
            0 => kept.renewals += 1,
            _ => kept.steps += 1,
        }
        if account.tally.read > 0 && fault == Fault::Unanswered(kept.steps) {
            return self.lost_answer();
        }
        Ok(Worked::Done(outcomes))
    }

    async fn finish(&self, claim: &Claim, end: ImportEnd, times: EndTimes) -> Result<Worked<()>> {
        let mut kept = self.kept();
        let job = kept.imports.get_mut(&claim.import.id).unwrap();
        if !job.is_held(claim) {
            return Ok(Worked::Lost);
        }
        if self.fault() == Fault::GoneAtTheEnd {
            return Ok(Worked::ClientGone);
        }
        job.lease = None;
        self.ended.notify_one();
        (job.import.state, job.import.failure) = match (end, job.import.state, job.import.source) {
            (ImportEnd::Stopped, ImportState::Undoing, _) => return Ok(Worked::Done(())),
            (ImportEnd::Stopped, _, ImportSource::Staged) => {
                job.import.state = ImportState::Waiting;
                return Ok(Worked::Done(()));
            }
            (ImportEnd::Stopped, ..) => (ImportState::Failed, Some(ImportFailure::stopped())),
            (ImportEnd::Completed, ..) => (ImportState::Completed, None),
            (ImportEnd::Failed(failure), ..) => (ImportState::Failed, Some(failure)),
            (ImportEnd::FailedForGood(failure), ..) => {
                job.pieces.clear();
                (ImportState::Failed, Some(failure))
            }
        };
        (job.import.ended_at, job.import.expires_at) = (Some(times.ended_at), Some(times.expires_at));
        if self.fault() == Fault::UnansweredEnd {
            return self.lost_answer();
        }
        Ok(Worked::Done(()))
    }

    /// One contact a step.
    async fn undo_step(&self, claim: &Claim, lease: Lease, _: EndTimes) -> Result<Worked<bool>> {
        // Somebody else may have something to do meanwhile.
        tokio::task::yield_now().await;
        self.undoing.notify_one();
        let mut kept = self.kept();
        let kept = &mut *kept;
        let job = kept.imports.get_mut(&claim.import.id).unwrap();
        if !job.is_held(claim) || lease.holder != claim.holder {
            return Ok(Worked::Lost);
        }
        let undo = job.import.undo.get_or_insert(UndoCounts::default());
        if let Some((contact, _)) = job.changes.0.pop_first() {
            kept.contacts.remove(&contact);
            undo.removed += 1;
            return Ok(Worked::Done(true));
        }
        (job.import.state, job.lease) = (ImportState::Undone, None);
        self.ended.notify_one();
        Ok(Worked::Done(false))
    }
}

#[async_trait]
impl ImportJobs for Memory {
    async fn begin(&self, _: &Scope, import: Beginning, lease: Lease) -> Result<Begun> {
        let id = match import {
            Beginning::New(new) => {
                let id = new.id;
                self.put(new, ImportSource::Direct, ImportState::Running, Vec::new());
                id
            }
            Beginning::Again(id) => id,
        };
        let mut kept = self.kept();
        let Some(job) = kept.imports.get_mut(&id) else { return Ok(Begun::Absent) };
        job.import.state = ImportState::Running;
        Ok(Begun::Claimed(Box::new(job.claim(lease))))
    }

    async fn get(&self, _: &Scope, id: ImportId) -> Result<Option<Import>> {
        Ok(self.kept().imports.get(&id).map(|job| job.import.clone()))
    }

    async fn report(&self, _: &Scope, id: ImportId, part: u64) -> Result<Option<Vec<u8>>> {
        Ok(self.kept().imports[&id].report.get(usize::try_from(part).unwrap()).cloned())
    }

    async fn receive(&self, _: &Scope, _: NewImport, _: StagingLimits, _: Lease) -> Result<Receiving> {
        unimplemented!("no work on an import asks this")
    }

    async fn stage(&self, _: &Scope, _: ImportId, _: StagedPiece, _: StagingLimits, _: Lease) -> Result<Staging> {
        unimplemented!("no work on an import asks this")
    }

    async fn submit(&self, _: &Scope, _: ImportId) -> Result<Option<Import>> {
        unimplemented!("no work on an import asks this")
    }

    async fn give_up(&self, _: &Scope, _: ImportId) -> Result<()> {
        unimplemented!("no work on an import asks this")
    }

    async fn page(&self, _: &Scope, _: Keyset<ImportId>) -> Result<Page<Import>> {
        unimplemented!("no work on an import asks this")
    }

    async fn left_alone(&self, _: &Scope, _: ImportId, _: Keyset<ContactId>) -> Result<Page<LeftAlone>> {
        unimplemented!("no work on an import asks this")
    }

    async fn cancel(&self, _: &Scope, _: ImportId, _: EndTimes) -> Result<Option<Import>> {
        unimplemented!("no work on an import asks this")
    }

    async fn resume(&self, _: &Scope, _: ImportId) -> Result<Turned> {
        unimplemented!("no work on an import asks this")
    }

    async fn undo(&self, _: &Scope, _: ImportId) -> Result<Turned> {
        unimplemented!("no work on an import asks this")
    }
}

#[async_trait]
impl GroupRepository for Memory {
    async fn page(&self, _: &Scope, _: Span, _: Keyset<GroupId>) -> Result<Page<ContactGroup>> {
        Ok(Page { items: self.kept().groups.clone(), has_more: false })
    }

    async fn create(&self, _: &Scope, _: NewGroup) -> Result<Option<ContactGroup>> {
        unimplemented!("no work on an import asks this")
    }

    async fn get(&self, _: &Scope, id: GroupId) -> Result<Option<ContactGroup>> {
        Ok(self.kept().groups.iter().find(|group| group.id == id).cloned())
    }

    async fn page_with_counts(
        &self,
        _: &Scope,
        _: Span,
        _: &ContactFilter,
        _: Keyset<GroupId>,
    ) -> Result<Page<(ContactGroup, u64)>> {
        unimplemented!("no work on an import asks this")
    }

    async fn update(
        &self,
        _: &Scope,
        _: GroupId,
        _: GroupChanges,
        _: Precondition,
        _: Timestamp,
    ) -> Result<GroupUpdate> {
        unimplemented!("no work on an import asks this")
    }

    async fn delete(
        &self,
        _: &Scope,
        _: GroupId,
        _: ContactsFate,
        _: Precondition,
        _: Timestamp,
    ) -> Result<GroupDeletion> {
        unimplemented!("no work on an import asks this")
    }
}

/// The nth import, of a file with a name that says nothing.
pub fn new_import(n: i64, options: &str, is_dry_run: bool) -> NewImport {
    let file = ImportFile { name: Some("people".to_owned()), ..ImportFile::default() };
    let id = ImportId::generate(Timestamp::from_millis(n), &Fixed);
    NewImport { id, is_dry_run, options: options.to_owned(), file, created_at: Timestamp::from_millis(n) }
}

/// Time stands still, and chance always has the same to say.
pub struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000)
    }
}

impl Entropy for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Works on what is kept there.
pub fn importer(memory: &Arc<Memory>) -> Importer {
    Importer {
        runs: memory.clone(),
        jobs: memory.clone(),
        groups: memory.clone(),
        ids: memory.ids.clone(),
        clock: Arc::new(Fixed),
        limits: ImportLimits::default(),
    }
}

/// So many rows, no two alike.
pub fn rows(count: usize) -> String {
    "name,number\n".to_owned() + &(0..count).map(|n| format!("Contact {n},+23480{n:08}\n")).collect::<String>()
}
