//! Sessions.

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use roster_domain::ports::{Result, SessionRepository};
use roster_domain::{
    Account, AuditEntry, Keyset, NewSession, Page, Session, SessionId, SessionSecret, SessionUse, Timestamp,
};

use super::unasked::not_asked;
use super::{MemoryStore, Rows};

/// The stored session of this one, if it lives at that time.
fn living<'a>(rows: &'a mut Rows, session: &Session, at: Timestamp) -> Option<&'a mut Session> {
    let stored = rows.sessions.get(&session.id).filter(|stored| stored.user == session.user)?;
    if !rows.lives(stored, at) || !rows.serves(session.user) {
        return None;
    }
    rows.sessions.get_mut(&session.id)
}

fn note(stored: &mut Session, used: SessionUse) {
    stored.last_used_at = stored.last_used_at.max(used.last_used_at);
    stored.expires_at = stored.expires_at.max(used.expires_at);
}

#[async_trait]
impl SessionRepository for MemoryStore {
    async fn create(&self, session: NewSession, verified: Option<&str>, entry: AuditEntry) -> Result<bool> {
        self.write("sessions.create", |rows| {
            let there = !self.leaving.load(Ordering::SeqCst)
                && rows.serves(session.user)
                && verified.is_none_or(|verified| rows.password_hash(session.user) == Some(verified));
            if there {
                rows.sessions.insert(session.id, session);
                rows.trail.push(entry);
            }
            there
        })
        .await
    }

    async fn page(&self, _: &Account, _: Timestamp, _: Keyset<SessionId>) -> Result<Page<Session>> {
        not_asked()
    }

    async fn end(&self, account: &Account, id: SessionId, at: Timestamp, entry: AuditEntry) -> Result<bool> {
        self.write("sessions.end", |rows| {
            let ended = rows.end(account.user(), at, |this| this == id) == 1;
            if ended {
                rows.trail.push(entry);
            }
            ended
        })
        .await
    }

    async fn end_all(&self, account: &Account, at: Timestamp, entry: AuditEntry) -> Result<u64> {
        self.write("sessions.end_all", |rows| {
            rows.trail.push(entry);
            rows.end(account.user(), at, |_| true)
        })
        .await
    }

    async fn rotate(&self, session: &Session, next: SessionSecret, used: SessionUse) -> Result<bool> {
        self.write("sessions.rotate", |rows| {
            let stored = living(rows, session, next.rotated_at);
            let Some(stored) = stored.filter(|stored| stored.secret.token_hash == session.secret.token_hash) else {
                return false;
            };
            stored.secret = next;
            note(stored, used);
            true
        })
        .await
    }

    async fn note_use(&self, session: &Session, used: SessionUse) -> Result<()> {
        self.write("sessions.note_use", |rows| {
            // The store isn't told the time; to the hour is near enough for what has ended by itself.
            if let Some(stored) = living(rows, session, used.last_used_at) {
                note(stored, used);
                stored.secret.pair_used |= used.pair == Some(stored.secret.counter);
            }
        })
        .await
    }
}
