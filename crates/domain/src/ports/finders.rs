use async_trait::async_trait;

use super::Result;
use crate::{ClientCredential, ClientSessionId, EmailKey, Session, SessionId, SignIn, UserId};

/// From what somebody shows to who that is: the only port without a scope, since a scope is what comes out of it. It
/// tells that and nothing else, and finds nothing of users who are disabled or erased.
#[async_trait]
pub trait Finders: Send + Sync {
    /// Whose address this is.
    async fn sign_in(&self, email: &EmailKey) -> Result<Option<SignIn>>;

    /// Whose credentials these would be.
    async fn client_credential(&self, session_id: &ClientSessionId) -> Result<Option<ClientCredential>>;

    /// The session that a token names, expired or not; never one that was ended.
    async fn session(&self, user: UserId, id: SessionId) -> Result<Option<Session>>;
}
