//! Sessions.

mod rows;
mod write;

use async_trait::async_trait;
use roster_domain::ports::{Result, SessionRepository};
use roster_domain::{
    Account, AuditEntry, Keyset, NewSession, Page, Session, SessionId, SessionSecret, SessionUse, Timestamp,
};

use crate::SqliteStore;

pub(crate) use rows::find;
pub(crate) use write::end_others;

#[cfg(test)]
pub(crate) use rows::ALL;

#[async_trait]
impl SessionRepository for SqliteStore {
    async fn create(&self, session: NewSession, verified: Option<&str>, entry: AuditEntry) -> Result<bool> {
        let verified = verified.map(str::to_owned);
        self.writer.write(move |connection| write::create(connection, &session, verified.as_deref(), &entry)).await
    }

    async fn page(&self, account: &Account, at: Timestamp, keyset: Keyset<SessionId>) -> Result<Page<Session>> {
        let user = account.user();
        self.readers.list(move |connection| rows::page(connection, user, at, keyset)).await
    }

    async fn end(&self, account: &Account, id: SessionId, at: Timestamp, entry: AuditEntry) -> Result<bool> {
        let user = account.user();
        let then = self.tell_if(user, |ended: &bool| *ended);
        self.writer.write_then(move |connection| write::end(connection, user, id, at, &entry), then).await
    }

    async fn end_all(&self, account: &Account, at: Timestamp, entry: AuditEntry) -> Result<u64> {
        let user = account.user();
        let then = self.tell_if(user, |ended: &u64| *ended > 0);
        self.writer.write_then(move |connection| write::end_all(connection, user, at, &entry), then).await
    }

    async fn rotate(&self, session: &Session, next: SessionSecret, used: SessionUse) -> Result<bool> {
        let session = session.clone();
        self.writer.write(move |connection| write::rotate(connection, &session, &next, &used)).await
    }

    async fn note_use(&self, session: &Session, used: SessionUse) -> Result<()> {
        let (user, id) = (session.user, session.id);
        self.writer.write(move |connection| write::note_use(connection, user, id, &used)).await
    }
}
