//! [`SessionRepository`].

mod create;
mod end;
mod page;
mod rotation;

use async_trait::async_trait;
use roster_domain::ports::{Result, SessionRepository};
use roster_domain::{
    Account, AuditEntry, Keyset, NewSession, Page, Session, SessionId, SessionSecret, SessionUse, Timestamp,
};

pub(crate) use end::{end_all_but, end_every};

use crate::PostgresStore;
use crate::transaction::again;

#[async_trait]
impl SessionRepository for PostgresStore {
    async fn create(&self, session: NewSession, verified: Option<&str>, entry: AuditEntry) -> Result<bool> {
        let (pool, verified) = (self.pool.clone(), verified.map(str::to_owned));
        self.act(async move { again(|| create::create(&pool, &session, verified.as_deref(), &entry)).await }).await
    }

    async fn page(&self, account: &Account, at: Timestamp, keyset: Keyset<SessionId>) -> Result<Page<Session>> {
        self.act(page::page(self.pool.clone(), account.user(), at, keyset)).await
    }

    async fn end(&self, account: &Account, id: SessionId, at: Timestamp, entry: AuditEntry) -> Result<bool> {
        let (pool, user) = (self.pool.clone(), account.user());
        self.act(async move { again(|| end::end(&pool, user, id, at, &entry)).await }).await
    }

    async fn end_all(&self, account: &Account, at: Timestamp, entry: AuditEntry) -> Result<u64> {
        let (pool, user) = (self.pool.clone(), account.user());
        self.act(async move { again(|| end::end_all(&pool, user, at, &entry)).await }).await
    }

    async fn rotate(&self, session: &Session, next: SessionSecret, used: SessionUse) -> Result<bool> {
        self.act(rotation::rotate(self.pool.clone(), session.clone(), next, used)).await
    }

    async fn note_use(&self, session: &Session, used: SessionUse) -> Result<()> {
        self.act(rotation::note_use(self.pool.clone(), session.user, session.id, used)).await
    }
}
