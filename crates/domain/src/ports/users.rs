use async_trait::async_trait;

use super::Result;
use crate::{Client, NewAccount, User};

/// Users.
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Makes the user, the default client with its credentials, and that client's default group, together. `None`:
    /// the address belongs to an account already.
    async fn create_account(&self, account: NewAccount) -> Result<Option<(User, Client)>>;
}
