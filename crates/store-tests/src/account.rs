//! What somebody does with their account in a behaviour's first lines, and sees of it afterwards.

use roster_domain::{AuditEntry, AuditEvent, Session, SessionId};

use crate::Owner;
use crate::walk::{limit, walk_sessions, walk_trail};

impl Owner {
    /// An entry of their trail, of this instant.
    #[must_use]
    pub fn entry(&self, event: AuditEvent) -> AuditEntry {
        self.bench.new_entry(event, self.user.id)
    }

    /// A session that begins now, with whatever the behaviour wants different of it. The clock moves first, so that
    /// the ids are in the order of the calls.
    pub async fn session_with(&self, change: impl FnOnce(&mut Session)) -> Session {
        let _ = self.bench.later();
        let mut session = self.bench.new_session(self.user.id);
        change(&mut session);
        let entry = self.entry(AuditEvent::SignInSucceeded);
        let begun = self.bench.store.sessions.create(session.clone(), None, entry).await.unwrap();
        assert!(begun, "the user exists");
        session
    }

    /// A session that begins now: see [`Owner::session_with`].
    pub async fn session(&self) -> Session {
        self.session_with(|_| ()).await
    }

    /// One of their sessions as it is found now.
    pub async fn find_session(&self, id: SessionId) -> Option<Session> {
        self.bench.store.finders.session(self.user.id, id).await.unwrap()
    }

    /// Their sessions that live now, newest first.
    pub async fn sessions(&self) -> Vec<Session> {
        walk_sessions(&self.bench.store, &self.account(), self.bench.now(), limit(1_000)).await
    }

    /// Ends one of their sessions now.
    pub async fn end(&self, id: SessionId) -> bool {
        let (sessions, at) = (&self.bench.store.sessions, self.bench.now());
        sessions.end(&self.account(), id, at, self.entry(AuditEvent::SessionEnded)).await.unwrap()
    }

    /// What the trail says of them, newest first.
    pub async fn trail(&self) -> Vec<AuditEntry> {
        walk_trail(&self.bench.store, &self.account(), limit(1_000)).await
    }
}
