//! From what a caller shows to who that is.

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use roster_domain::ports::{Finders, Result, StoreError};
use roster_domain::{ClientCredential, ClientSessionId, EmailKey, Session, SessionId, SignIn, UserId};

use super::MemoryStore;

#[async_trait]
impl Finders for MemoryStore {
    async fn sign_in(&self, email: &EmailKey) -> Result<Option<SignIn>> {
        if self.blind.load(Ordering::SeqCst) {
            return Ok(None);
        }
        if email.as_str().contains('\0') {
            return Err(StoreError::failed("no store of text takes NUL"));
        }
        self.read("finders.sign_in", |rows| {
            let found = rows.accounts.iter().find(|account| account.user.user.email.key() == *email)?;
            let user = found.user.user.id;
            let password_hash = found.user.password_hash.clone();
            rows.serves(user).then_some(SignIn { user, password_hash })
        })
        .await
    }

    async fn client_credential(&self, session_id: &ClientSessionId) -> Result<Option<ClientCredential>> {
        self.read("finders.client_credential", |rows| {
            let found = rows.clients.iter().find(|client| client.client.session_id == *session_id)?;
            let (user, client, token_hash) = (found.owner, found.client.id, found.client.token_hash);
            rows.serves(user).then_some(ClientCredential { user, client, token_hash })
        })
        .await
    }

    async fn session(&self, user: UserId, id: SessionId) -> Result<Option<Session>> {
        self.read("finders.session", |rows| {
            let found = rows.sessions.get(&id).filter(|session| session.user == user)?;
            (rows.serves(user) && !rows.ended.contains(&id)).then(|| found.clone())
        })
        .await
    }
}
