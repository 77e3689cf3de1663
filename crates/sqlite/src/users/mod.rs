//! Users.

mod adopt;
mod create;
mod erase;
mod rows;
mod update;

use async_trait::async_trait;
use roster_domain::ports::{Result, UserErasure, UserRepository, UserUpdate};
use roster_domain::{Account, AuditEntry, Client, NewAccount, Precondition, Timestamp, User, UserChanges};
use rusqlite::Connection;

use crate::SqliteStore;

pub(crate) use adopt::{adopt, is_kept};
pub(crate) use rows::{is_live, user};

#[cfg(test)]
pub(crate) use rows::ALL;

#[async_trait]
impl UserRepository for SqliteStore {
    async fn create_account(&self, account: NewAccount, entry: AuditEntry) -> Result<Option<(User, Client)>> {
        self.writer.write(move |connection| create::account(connection, &account, &entry)).await
    }

    async fn get(&self, account: &Account) -> Result<Option<User>> {
        let user = account.user();
        Ok(self.readers.get(move |connection| rows::get(connection, user)).await?.map(|stored| stored.user))
    }

    async fn password_hash(&self, account: &Account) -> Result<Option<String>> {
        let user = account.user();
        Ok(self.readers.get(move |connection| rows::get(connection, user)).await?.map(|stored| stored.password_hash))
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
        let (user, verified) = (account.user(), verified.map(str::to_owned));
        let new_password = changes.password.is_some();
        let ended = move |outcome: &UserUpdate| new_password && matches!(outcome, UserUpdate::Done(_));
        let act = move |connection: &Connection| {
            update::user(connection, user, &changes, verified.as_deref(), &precondition, at, &entries)
        };
        self.writer.write_then(act, self.tell_if(user, ended)).await
    }

    async fn rehash(&self, account: &Account, from: &str, to: &str) -> Result<()> {
        let (user, from, to) = (account.user(), from.to_owned(), to.to_owned());
        self.writer.write(move |connection| update::rehash(connection, user, &from, &to)).await
    }

    async fn erase(
        &self,
        account: &Account,
        verified: &str,
        precondition: Precondition,
        at: Timestamp,
        entry: AuditEntry,
    ) -> Result<UserErasure> {
        let (user, verified) = (account.user(), verified.to_owned());
        let then = self.tell_if(user, |outcome| *outcome == UserErasure::Done);
        let act = move |connection: &Connection| erase::user(connection, user, &verified, &precondition, at, &entry);
        self.writer.write_then(act, then).await
    }
}
