use async_trait::async_trait;

use super::Result;
use crate::NewSession;

/// Sessions of users.
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Begins a session of the user it names; `false`: that user is gone or disabled.
    async fn create(&self, session: NewSession) -> Result<bool>;
}
