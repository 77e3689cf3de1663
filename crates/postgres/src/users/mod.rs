//! [`UserRepository`]: one file an act.

mod adopt;
mod create;
mod erase;
mod hold;
mod read;
mod update;

use async_trait::async_trait;
use roster_domain::ports::{Result, UserErasure, UserRepository, UserUpdate};
use roster_domain::{Account, AuditEntry, Client, NewAccount, Precondition, Timestamp, User, UserChanges};

pub(crate) use adopt::{adopt, is_kept};
pub(crate) use hold::{hold, lock};

use crate::PostgresStore;
use crate::transaction::again;

#[async_trait]
impl UserRepository for PostgresStore {
    async fn create_account(&self, account: NewAccount, entry: AuditEntry) -> Result<Option<(User, Client)>> {
        let pool = self.pool.clone();
        self.act(async move { again(|| create::create_account(&pool, &account, &entry)).await }).await
    }

    async fn get(&self, account: &Account) -> Result<Option<User>> {
        self.act(read::get(self.pool.clone(), account.user())).await
    }

    async fn password_hash(&self, account: &Account) -> Result<Option<String>> {
        self.act(read::password_hash(self.pool.clone(), account.user())).await
    }

    async fn update(
        &self,
        account: &Account,
        changes: UserChanges,
        verified: Option<&str>,
        precondition: Precondition,
        at: Timestamp,
        entries: Vec<AuditEntry>,
    ) -> Result<UserUpdate> {
        let (pool, user, verified) = (self.pool.clone(), account.user(), verified.map(str::to_owned));
        self.act(async move {
            let verified = verified.as_deref();
            again(|| update::update(&pool, user, &changes, verified, &precondition, at, &entries)).await
        })
        .await
    }

    async fn rehash(&self, account: &Account, from: &str, to: &str) -> Result<()> {
        self.act(update::rehash(self.pool.clone(), account.user(), from.to_owned(), to.to_owned())).await
    }

    async fn erase(
        &self,
        account: &Account,
        verified: &str,
        precondition: Precondition,
        at: Timestamp,
        entry: AuditEntry,
    ) -> Result<UserErasure> {
        let (pool, user, verified) = (self.pool.clone(), account.user(), verified.to_owned());
        self.act(async move { again(|| erase::erase(&pool, user, &verified, &precondition, at, &entry)).await }).await
    }
}
