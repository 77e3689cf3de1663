//! Imports of a store that loses answers, or rows, on demand.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use roster_domain::ports::{
    Beginning, Begun, EndTimes, ImportJobs, Receiving, Result, StagedPiece, Staging, StagingLimits, Store, StoreError,
    Turned,
};
use roster_domain::{ContactId, Import, ImportId, Keyset, Lease, LeftAlone, NewImport, Page, Scope};

/// Stands between a store's imports and the server.
pub struct LossyImports {
    jobs: Arc<dyn ImportJobs>,
    lossy: Arc<Lossy>,
}

/// What is lost.
#[derive(Default)]
pub struct Lossy {
    /// Of what is asked for pieces, parts and whole files so many are answered yet, and then so many answers are lost, though
    /// it is done.
    answers: Mutex<(usize, usize)>,
    /// A row of each import that is read.
    rows: AtomicBool,
}

impl Lossy {
    pub fn lose_answers(&self, behind: usize, count: usize) {
        *self.answers.lock().unwrap() = (behind, count);
    }

    pub fn lose_rows(&self) {
        self.rows.store(true, Ordering::SeqCst);
    }

    fn answer<T>(&self, answer: Result<T>) -> Result<T> {
        let mut answers = self.answers.lock().unwrap();
        match &mut *answers {
            (0, 0) => answer,
            (0, lost) => {
                *lost -= 1;
                Err(StoreError::unavailable("sqlx: no answer"))
            }
            (behind, _) => {
                *behind -= 1;
                answer
            }
        }
    }

    fn import(&self, mut import: Import) -> Import {
        import.progress.tally.read += u64::from(self.rows.load(Ordering::SeqCst));
        import
    }
}

impl LossyImports {
    pub fn in_front_of(store: Store, lossy: Arc<Lossy>) -> Store {
        Store { imports: Arc::new(Self { jobs: store.imports.clone(), lossy }), ..store }
    }
}

#[async_trait]
impl ImportJobs for LossyImports {
    async fn receive(
        &self,
        scope: &Scope,
        import: NewImport,
        limits: StagingLimits,
        lease: Lease,
    ) -> Result<Receiving> {
        self.jobs.receive(scope, import, limits, lease).await
    }

    async fn stage(
        &self,
        scope: &Scope,
        id: ImportId,
        piece: StagedPiece,
        limits: StagingLimits,
        lease: Lease,
    ) -> Result<Staging> {
        self.lossy.answer(self.jobs.stage(scope, id, piece, limits, lease).await)
    }

    async fn submit(&self, scope: &Scope, id: ImportId) -> Result<Option<Import>> {
        self.lossy.answer(self.jobs.submit(scope, id).await)
    }

    async fn give_up(&self, scope: &Scope, id: ImportId) -> Result<()> {
        self.jobs.give_up(scope, id).await
    }

    async fn begin(&self, scope: &Scope, import: Beginning, lease: Lease) -> Result<Begun> {
        self.jobs.begin(scope, import, lease).await
    }

    async fn get(&self, scope: &Scope, id: ImportId) -> Result<Option<Import>> {
        Ok(self.jobs.get(scope, id).await?.map(|import| self.lossy.import(import)))
    }

    async fn page(&self, scope: &Scope, keyset: Keyset<ImportId>) -> Result<Page<Import>> {
        Ok(self.jobs.page(scope, keyset).await?.map(|import| self.lossy.import(import)))
    }

    async fn report(&self, scope: &Scope, id: ImportId, part: u64) -> Result<Option<Vec<u8>>> {
        self.lossy.answer(self.jobs.report(scope, id, part).await)
    }

    async fn left_alone(&self, scope: &Scope, id: ImportId, keyset: Keyset<ContactId>) -> Result<Page<LeftAlone>> {
        self.lossy.answer(self.jobs.left_alone(scope, id, keyset).await)
    }

    async fn cancel(&self, scope: &Scope, id: ImportId, times: EndTimes) -> Result<Option<Import>> {
        self.jobs.cancel(scope, id, times).await
    }

    async fn resume(&self, scope: &Scope, id: ImportId) -> Result<Turned> {
        self.jobs.resume(scope, id).await
    }

    async fn undo(&self, scope: &Scope, id: ImportId) -> Result<Turned> {
        self.jobs.undo(scope, id).await
    }
}
