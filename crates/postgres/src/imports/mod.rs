//! [`ImportJobs`] and [`ImportRuns`](roster_domain::ports::ImportRuns): one file an act.
//!
//! Whatever is done under a lease ends with a statement on the import's own row that says whether the lease still held
//! (see `lease.rs`), and is undone where it didn't. So that row is locked last, behind the client, groups and contacts;
//! and once an import is at its end, or discarded, nothing comes to it any more.

mod begin;
mod changes;
mod claim;
mod discard;
mod drafts;
mod finish;
mod groups;
mod lease;
mod make;
mod read;
mod row;
mod runs;
mod staging;
mod step;
mod turning;
mod undo;

use async_trait::async_trait;
use roster_domain::ports::{
    Beginning, Begun, EndTimes, ImportJobs, Receiving, Result, StagedPiece, Staging, StagingLimits, Turned,
};
use roster_domain::{ContactId, Import, ImportId, Keyset, Lease, LeftAlone, NewImport, Page, Scope};

pub(crate) use discard::{discard, discard_of_client, discard_of_user};

use crate::PostgresStore;
use crate::transaction::again;

#[async_trait]
impl ImportJobs for PostgresStore {
    async fn receive(
        &self,
        scope: &Scope,
        import: NewImport,
        limits: StagingLimits,
        lease: Lease,
    ) -> Result<Receiving> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { again(|| staging::receive(&pool, &scope, &import, limits, lease)).await }).await
    }

    async fn stage(
        &self,
        scope: &Scope,
        id: ImportId,
        piece: StagedPiece,
        limits: StagingLimits,
        lease: Lease,
    ) -> Result<Staging> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { again(|| staging::stage(&pool, &scope, id, &piece, limits, lease)).await }).await
    }

    async fn submit(&self, scope: &Scope, id: ImportId) -> Result<Option<Import>> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { staging::submit(&pool, &scope, id).await }).await
    }

    async fn give_up(&self, scope: &Scope, id: ImportId) -> Result<()> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { staging::give_up(&pool, &scope, id).await }).await
    }

    async fn begin(&self, scope: &Scope, import: Beginning, lease: Lease) -> Result<Begun> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { again(|| begin::begin(&pool, &scope, &import, lease)).await }).await
    }

    async fn get(&self, scope: &Scope, id: ImportId) -> Result<Option<Import>> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { read::get(&pool, &scope, id).await }).await
    }

    async fn page(&self, scope: &Scope, keyset: Keyset<ImportId>) -> Result<Page<Import>> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { read::page(&pool, &scope, keyset).await }).await
    }

    async fn report(&self, scope: &Scope, id: ImportId, part: u64) -> Result<Option<Vec<u8>>> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { read::report(&pool, &scope, id, part).await }).await
    }

    async fn left_alone(&self, scope: &Scope, id: ImportId, keyset: Keyset<ContactId>) -> Result<Page<LeftAlone>> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { read::left_alone(&pool, &scope, id, keyset).await }).await
    }

    async fn cancel(&self, scope: &Scope, id: ImportId, times: EndTimes) -> Result<Option<Import>> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { turning::cancel(&pool, &scope, id, times).await }).await
    }

    async fn resume(&self, scope: &Scope, id: ImportId) -> Result<Turned> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { turning::resume(&pool, &scope, id).await }).await
    }

    async fn undo(&self, scope: &Scope, id: ImportId) -> Result<Turned> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { turning::undo(&pool, &scope, id).await }).await
    }
}
