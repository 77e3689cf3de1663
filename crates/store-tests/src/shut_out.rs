//! Users who may do nothing any more, whatever made it so: a port, or an adapter's own tests.

use roster_domain::{AuditEvent, SessionId};

use crate::Owner;

impl Owner {
    /// Fails unless this user could be found and begin things before `shut_out`, and nothing of it since.
    pub async fn assert_shut_out_by(&self, shut_out: impl AsyncFnOnce()) {
        let store = &self.bench.store;
        let session = self.bench.new_session(self.user.id);
        let entry = || self.bench.new_entry(AuditEvent::SignInSucceeded, self.user.id);
        assert!(store.sessions.create(session.clone(), None, entry()).await.unwrap());
        assert_eq!(self.findable(session.id).await, [true; 3]);

        shut_out().await;

        assert_eq!(self.findable(session.id).await, [false; 3], "by address, by credentials, by session");
        assert!(!store.sessions.create(self.bench.new_session(self.user.id), None, entry()).await.unwrap());
        assert_eq!(store.clients.create(&self.account(), self.bench.new_client("Late")).await.unwrap(), None);
        assert_eq!(store.users.get(&self.account()).await.unwrap(), None);
        assert_eq!(store.users.password_hash(&self.account()).await.unwrap(), None);
    }

    async fn findable(&self, session: SessionId) -> [bool; 3] {
        let finders = &self.bench.store.finders;
        [
            finders.sign_in(&self.user.email.key()).await.unwrap().is_some(),
            finders.client_credential(&self.client.session_id).await.unwrap().is_some(),
            finders.session(self.user.id, session).await.unwrap().is_some(),
        ]
    }
}
