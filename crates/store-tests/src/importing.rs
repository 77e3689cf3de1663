//! What somebody does with imports in the first lines of a behaviour, or of an adapter's own test.

use std::sync::Arc;

use roster_domain::ports::{
    Beginning, Begun, Due, EndTimes, Receiving, StagedPiece, Staging, StagingLimits, Turned, Worked,
};
use roster_domain::{
    Batch, Claim, ContactGroup, ContactId, Import, ImportEnd, ImportFailure, ImportFile, ImportId, ImportState,
    ImportStep, Keyset, Lease, LeftReason, NewImport, Operation, OperationOutcome, RowAccounts, RowOutcome, Scope,
    StepAccount, Tally, Timestamp,
};

use crate::sweeping::NOTHING;
use crate::walk::limit;
use crate::{Bench, Owner};

/// Nobody comes near these.
pub const PLENTY: StagingLimits = StagingLimits { waiting: 10, staged_bytes: 1 << 30, staged_bytes_of_user: 1 << 30 };

/// So many of one user's are worked on at once.
pub const AT_ONCE: u32 = 2;

/// A lease holds for so many milliseconds.
pub const LEASE_MILLIS: i64 = 60_000;

/// What a word like these is worth.
type Says = fn(&[OperationOutcome]) -> StepAccount;

/// Tells of each row what became of its operation, a line of the report each.
pub struct Honest;

impl RowAccounts for Honest {
    fn of(&self, outcomes: &[OperationOutcome]) -> StepAccount {
        let mut account = StepAccount::default();
        for outcome in outcomes {
            let (outcome, word) = match outcome {
                OperationOutcome::Created(_) => (RowOutcome::Created, "created"),
                OperationOutcome::Updated { .. } => (RowOutcome::Updated, "updated"),
                OperationOutcome::Unchanged(_) => (RowOutcome::Unchanged, "unchanged"),
                OperationOutcome::Skipped(_) => (RowOutcome::Skipped, "skipped"),
                OperationOutcome::Deleted(_) | OperationOutcome::Refused(_) => (RowOutcome::Invalid, "invalid"),
            };
            account.tally.read_one();
            account.tally.settle_one(outcome);
            account.report.extend_from_slice(word.as_bytes());
            account.report.extend_from_slice(b"\r\n");
            account.reported += 1;
        }
        account
    }
}

/// Tells what a function says.
pub struct Saying(pub Says);

impl RowAccounts for Saying {
    fn of(&self, outcomes: &[OperationOutcome]) -> StepAccount {
        (self.0)(outcomes)
    }
}

impl Bench {
    /// An import to be begun, of this instant.
    #[must_use]
    pub fn new_import(&self) -> NewImport {
        NewImport {
            id: ImportId::generate(self.later(), self.entropy.as_ref()),
            is_dry_run: false,
            options: "on_match=update".to_owned(),
            file: ImportFile { name: Some("people.csv".to_owned()), content_type: None, bytes: None },
            created_at: self.now(),
        }
    }

    /// A lease from now on, of somebody new.
    #[must_use]
    pub fn lease(&self) -> Lease {
        Lease { holder: self.bytes(), until: self.now().plus_millis(LEASE_MILLIS) }
    }

    /// That it ends now, and is forgotten in a month.
    #[must_use]
    pub fn end_times(&self) -> EndTimes {
        EndTimes { ended_at: self.now(), expires_at: self.now().plus_millis(30 * 86_400_000) }
    }

    /// Takes the next import whose turn it is.
    pub async fn claim(&self) -> Option<Claim> {
        self.store.import_runs.claim(self.now(), self.lease(), AT_ONCE).await.unwrap()
    }

    /// A step behind so many rows, with these operations and this word on them.
    #[must_use]
    pub fn step_saying(
        &self,
        rows_before: u64,
        operations: Vec<Operation>,
        accounts: impl RowAccounts + 'static,
    ) -> ImportStep {
        ImportStep {
            batch: Arc::new(Batch::new(operations, false, self.now())),
            accounts: Arc::new(accounts),
            rows_before,
            bytes_read: 100,
            worked_millis: 7,
            lease_until: self.now().plus_millis(LEASE_MILLIS),
        }
    }

    /// Does a step.
    pub async fn step(&self, claim: &Claim, operations: Vec<Operation>) -> Worked<Vec<OperationOutcome>> {
        let rows_before = self.rows_in(claim).await;
        let step = self.step_saying(rows_before, operations, Honest);
        self.store.import_runs.step(claim, step).await.unwrap()
    }

    /// So many rows of an import are in; of one that is gone none.
    pub async fn rows_in(&self, claim: &Claim) -> u64 {
        let import = self.store.imports.get(&claim.scope(), claim.import.id).await.unwrap();
        import.map_or(0, |import| import.progress.tally.read)
    }

    /// Does a step of an import that is still the caller's.
    pub async fn worked(&self, claim: &Claim, operations: Vec<Operation>) -> Vec<OperationOutcome> {
        done(self.step(claim, operations).await)
    }

    /// Makes a group, and holds the import for longer.
    pub async fn make_group(&self, claim: &Claim, title: &str) -> Worked<ContactGroup> {
        let (group, until) = (self.new_group(title), self.lease().until);
        self.store.import_runs.create_group(claim, group, until).await.unwrap()
    }

    /// Ends the work on it.
    pub async fn finish(&self, claim: &Claim, end: ImportEnd) -> Worked<()> {
        self.store.import_runs.finish(claim, end, self.end_times()).await.unwrap()
    }

    /// Undoes some of it.
    pub async fn undo_some(&self, claim: &Claim) -> Worked<bool> {
        self.store.import_runs.undo_step(claim, self.lease(), self.end_times()).await.unwrap()
    }
}

/// A failure of this kind.
#[must_use]
pub fn failed(code: &str) -> ImportEnd {
    ImportEnd::Failed(ImportFailure { code: code.to_owned(), message: "It can't go on.".to_owned() })
}

/// What was done; otherwise the test has failed.
///
/// # Panics
/// When it wasn't done.
pub fn done<T: std::fmt::Debug>(worked: Worked<T>) -> T {
    let Worked::Done(done) = worked else { panic!("it wasn't done: {worked:?}") };
    done
}

/// The import that was turned; otherwise the test has failed.
///
/// # Panics
/// When it stayed as it was.
pub fn turned(turned: Turned) -> Import {
    let Turned::Done(import) = turned else { panic!("it stayed as it was: {turned:?}") };
    import
}

impl Owner {
    /// Begins to receive a file.
    pub async fn receive(&self, scope: &Scope, import: NewImport, limits: StagingLimits) -> Receiving {
        self.bench.store.imports.receive(scope, import, limits, self.bench.lease()).await.unwrap()
    }

    /// An import that is being received for their default client.
    pub async fn received(&self) -> Import {
        self.received_as(self.bench.new_import()).await
    }

    /// The same with this one.
    pub async fn received_as(&self, import: NewImport) -> Import {
        match self.receive(&self.scope, import, PLENTY).await {
            Receiving::Begun(import) => import,
            other => panic!("it isn't received: {other:?}"),
        }
    }

    /// Hands over a piece of a file.
    pub async fn stage(&self, id: ImportId, number: u64, bytes: &[u8]) -> Staging {
        let piece = StagedPiece { number, bytes: bytes.to_vec() };
        self.bench.store.imports.stage(&self.scope, id, piece, PLENTY, self.bench.lease()).await.unwrap()
    }

    /// An import that waits for its turn.
    pub async fn waiting(&self) -> Import {
        self.waiting_as(self.bench.new_import()).await
    }

    /// The same with this one.
    pub async fn waiting_as(&self, import: NewImport) -> Import {
        let id = self.received_as(import).await.id;
        assert_eq!(self.stage(id, 0, b"Phone\n1\n").await, Staging::Done);
        self.bench.store.imports.submit(&self.scope, id).await.unwrap().expect("it was received")
    }

    /// An import that is worked on.
    pub async fn claimed(&self) -> Claim {
        self.claimed_as(self.bench.new_import()).await
    }

    /// The same with this one.
    pub async fn claimed_as(&self, import: NewImport) -> Claim {
        let waiting = self.waiting_as(import).await;
        let claim = self.bench.claim().await.expect("it waits");
        assert_eq!((claim.user, claim.import.id), (self.user.id, waiting.id));
        claim
    }

    /// An import that did these, one step each, and is at its end.
    pub async fn imported(&self, steps: Vec<Vec<Operation>>) -> Import {
        let claim = self.claimed().await;
        for operations in steps {
            let _ = self.bench.later();
            self.bench.worked(&claim, operations).await;
        }
        done(self.bench.finish(&claim, ImportEnd::Completed).await);
        self.import(claim.import.id).await.expect("it is there")
    }

    /// A direct import that is begun, or gone on with.
    pub async fn begin(&self, beginning: Beginning) -> Begun {
        self.bench.store.imports.begin(&self.scope, beginning, self.bench.lease()).await.unwrap()
    }

    /// The same of one that can be.
    pub async fn begun(&self, beginning: Beginning) -> Claim {
        match self.begin(beginning).await {
            Begun::Claimed(claim) => *claim,
            other => panic!("it wasn't begun: {other:?}"),
        }
    }

    /// One of their imports.
    pub async fn import(&self, id: ImportId) -> Option<Import> {
        self.bench.store.imports.get(&self.scope, id).await.unwrap()
    }

    /// Where one of their imports stands.
    pub async fn state(&self, id: ImportId) -> ImportState {
        self.import(id).await.expect("it is there").state
    }

    /// The report of one of their imports, whole.
    pub async fn report(&self, id: ImportId) -> String {
        let mut report = Vec::new();
        for part in 0.. {
            match self.bench.store.imports.report(&self.scope, id, part).await.unwrap() {
                Some(lines) => report.extend(lines),
                None => break,
            }
        }
        String::from_utf8(report).unwrap()
    }

    /// Cancels one of their imports.
    pub async fn cancel(&self, id: ImportId) -> Import {
        let cancelled = self.bench.store.imports.cancel(&self.scope, id, self.bench.end_times()).await.unwrap();
        cancelled.expect("it is there")
    }

    /// Has one of their imports undone, to the end.
    pub async fn undo(&self, id: ImportId) -> Import {
        let _ = self.bench.later();
        let undoing = turned(self.bench.store.imports.undo(&self.scope, id).await.unwrap());
        assert_eq!(undoing.state, ImportState::Undoing);
        let claim = self.bench.claim().await.expect("it is to be undone");
        assert_eq!((claim.import.id, claim.import.state), (id, ImportState::Undoing));
        for _ in 0..1_000 {
            if !done(self.bench.undo_some(&claim).await) {
                return self.import(id).await.expect("it is there");
            }
        }
        panic!("there was always more");
    }

    /// What was left as it is, by the contacts' ids; read in small pages.
    pub async fn left_alone(&self, id: ImportId) -> Vec<(ContactId, LeftReason)> {
        let (mut left, mut after) = (Vec::new(), None);
        loop {
            let keyset = Keyset { after, limit: limit(2) };
            let page = self.bench.store.imports.left_alone(&self.scope, id, keyset).await.unwrap();
            after = page.items.last().map(|one| one.contact);
            left.extend(page.items.into_iter().map(|one| (one.contact, one.reason)));
            if !page.has_more {
                return left;
            }
        }
    }
}

/// A tally with so many created, and so on.
#[must_use]
pub fn tally([created, updated, unchanged, skipped, invalid]: [u64; 5]) -> Tally {
    let read = created + updated + unchanged + skipped + invalid;
    Tally { read, created, updated, unchanged, skipped, invalid }
}

/// Later than any lease of now.
pub fn leases_run_out(bench: &Bench) -> Timestamp {
    bench.clock.advance_millis(LEASE_MILLIS);
    bench.now()
}

/// What was left behind or is to be forgotten at this instant is due, and nothing else.
#[must_use]
pub fn due(now: Timestamp, bench: &Bench) -> Due {
    let times = EndTimes { ended_at: now, ..bench.end_times() };
    Due { imports: times, ..NOTHING }
}
