use async_trait::async_trait;

use super::Result;
use crate::{Account, AuditEntry, Keyset, NewSession, Page, Session, SessionId, SessionSecret, SessionUse, Timestamp};

/// Sessions of users.
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Begins a session of the user it names, with the entry; `false`: that user is gone or disabled. With `verified`
    /// it is done only while the stored password hash is still that: whoever signed in with a password that was
    /// changed meanwhile doesn't outlive the sessions which that ended.
    async fn create(&self, session: NewSession, verified: Option<&str>, entry: AuditEntry) -> Result<bool>;

    /// A page of the sessions that live at that time, newest first (by id).
    async fn page(&self, account: &Account, at: Timestamp, keyset: Keyset<SessionId>) -> Result<Page<Session>>;

    /// Ends a session, with the entry; `false`: there is none that lives, and nothing was written.
    async fn end(&self, account: &Account, id: SessionId, at: Timestamp, entry: AuditEntry) -> Result<bool>;

    /// Ends all sessions that live, with the entry; how many.
    async fn end_all(&self, account: &Account, at: Timestamp, entry: AuditEntry) -> Result<u64>;

    /// Puts `next` in the place of the secret that this session was found with, if it still has that and lives at
    /// `next.rotated_at`, and notes the use (whose `pair` isn't looked at). Of several at once one is `true`.
    async fn rotate(&self, session: &Session, next: SessionSecret, used: SessionUse) -> Result<bool>;

    /// Notes a use of a session that lives, as the caller has seen. Times only ever go forward, and a pair is noted
    /// only while it is current.
    async fn note_use(&self, session: &Session, used: SessionUse) -> Result<()>;
}
