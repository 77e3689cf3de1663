//! Imports.
//!
//! There is one writer, so whatever is done to an import looks at it first, in the transaction in which it writes:
//! whether it is where it must be, and, for those who work on it, whether their lease is the newest.

mod begin;
mod changes;
mod claim;
mod drafts;
mod ends;
mod finish;
mod lease;
mod made;
mod open;
mod reports;
mod rows;
mod runs;
mod staging;
mod step;
mod turns;
mod undo;

use async_trait::async_trait;
use roster_domain::ports::{
    Beginning, Begun, EndTimes, ImportJobs, Receiving, Result, StagedPiece, Staging, StagingLimits, Turned,
};
use roster_domain::{ContactId, Import, ImportId, Keyset, Lease, LeftAlone, NewImport, Page, Scope};

use crate::SqliteStore;

pub(crate) use ends::{discard_of_client, discard_of_user, forget, over};

#[cfg(test)]
pub(crate) const STATEMENTS: [(&str, &[crate::statements::Statement]); 13] = [
    ("imports", rows::ALL),
    ("imports::begin", begin::ALL),
    ("imports::changes", changes::ALL),
    ("imports::claim", claim::ALL),
    ("imports::drafts", drafts::ALL),
    ("imports::ends", ends::ALL),
    ("imports::lease", lease::ALL),
    ("imports::made", made::ALL),
    ("imports::open", open::ALL),
    ("imports::reports", reports::ALL),
    ("imports::staging", staging::ALL),
    ("imports::step", step::ALL),
    ("imports::undo", undo::ALL),
];

#[async_trait]
impl ImportJobs for SqliteStore {
    async fn receive(
        &self,
        scope: &Scope,
        import: NewImport,
        limits: StagingLimits,
        lease: Lease,
    ) -> Result<Receiving> {
        let scope = *scope;
        self.writer.write(move |connection| staging::receive(connection, &scope, &import, limits, lease)).await
    }

    async fn stage(
        &self,
        scope: &Scope,
        id: ImportId,
        piece: StagedPiece,
        limits: StagingLimits,
        lease: Lease,
    ) -> Result<Staging> {
        let scope = *scope;
        self.writer.write(move |connection| staging::stage(connection, &scope, id, &piece, limits, lease)).await
    }

    async fn submit(&self, scope: &Scope, id: ImportId) -> Result<Option<Import>> {
        let scope = *scope;
        self.writer.write(move |connection| turns::submit(connection, &scope, id)).await
    }

    async fn give_up(&self, scope: &Scope, id: ImportId) -> Result<()> {
        let scope = *scope;
        self.writer.write(move |connection| turns::give_up(connection, &scope, id)).await
    }

    async fn begin(&self, scope: &Scope, import: Beginning, lease: Lease) -> Result<Begun> {
        let scope = *scope;
        self.writer.write(move |connection| begin::begin(connection, &scope, &import, lease)).await
    }

    async fn get(&self, scope: &Scope, id: ImportId) -> Result<Option<Import>> {
        let scope = *scope;
        self.readers.get(move |connection| rows::get(connection, &scope, id)).await
    }

    async fn page(&self, scope: &Scope, keyset: Keyset<ImportId>) -> Result<Page<Import>> {
        let scope = *scope;
        self.readers.list(move |connection| rows::page(connection, &scope, keyset)).await
    }

    async fn report(&self, scope: &Scope, id: ImportId, part: u64) -> Result<Option<Vec<u8>>> {
        let scope = *scope;
        self.readers.get(move |connection| reports::part(connection, &scope, id, part)).await
    }

    async fn left_alone(&self, scope: &Scope, id: ImportId, keyset: Keyset<ContactId>) -> Result<Page<LeftAlone>> {
        let scope = *scope;
        self.readers.list(move |connection| changes::left_alone(connection, &scope, id, keyset)).await
    }

    async fn cancel(&self, scope: &Scope, id: ImportId, times: EndTimes) -> Result<Option<Import>> {
        let scope = *scope;
        self.writer.write(move |connection| turns::cancel(connection, &scope, id, times)).await
    }

    async fn resume(&self, scope: &Scope, id: ImportId) -> Result<Turned> {
        let scope = *scope;
        self.writer.write(move |connection| turns::resume(connection, &scope, id)).await
    }

    async fn undo(&self, scope: &Scope, id: ImportId) -> Result<Turned> {
        let scope = *scope;
        self.writer.write(move |connection| turns::undo(connection, &scope, id)).await
    }
}
