//! Users.

use async_trait::async_trait;
use roster_domain::ports::{Result, UserErasure, UserRepository, UserUpdate};
use roster_domain::{Account, AuditEntry, Client, NewAccount, Precondition, Timestamp, User, UserChanges};

use super::{MemoryStore, OwnedClient};

#[async_trait]
impl UserRepository for MemoryStore {
    async fn create_account(&self, account: NewAccount, entry: AuditEntry) -> Result<Option<(User, Client)>> {
        self.write("users.create_account", |rows| {
            let user = account.user.user.clone();
            if rows.accounts.iter().any(|known| known.user.user.email.key() == user.email.key()) {
                return None;
            }
            let owned = OwnedClient { owner: user.id, is_default: true, client: account.client.clone() };
            let client = owned.as_read();
            rows.clients.push(owned);
            rows.accounts.push(account);
            rows.trail.push(entry);
            Some((user, client))
        })
        .await
    }

    async fn get(&self, account: &Account) -> Result<Option<User>> {
        self.read("users.get", |rows| rows.served(account.user()).map(|account| account.user.user.clone())).await
    }

    async fn password_hash(&self, account: &Account) -> Result<Option<String>> {
        let look = "users.password_hash";
        self.read(look, |rows| rows.served(account.user()).map(|account| account.user.password_hash.clone())).await
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
        self.write("users.update", |rows| {
            let id = account.user();
            let Some(stored) = rows.served(id) else { return UserUpdate::Absent };
            if verified.is_some_and(|verified| stored.user.password_hash != verified) {
                return UserUpdate::PasswordChanged;
            }
            if !precondition.admits(stored.user.user.version()) {
                return UserUpdate::Stale;
            }
            let before = stored.user.user.clone();
            let UserChanges { email, firstname, lastname, password } = changes;
            let mut user = User {
                email: email.unwrap_or_else(|| before.email.clone()),
                firstname: firstname.unwrap_or_else(|| before.firstname.clone()),
                lastname: lastname.unwrap_or_else(|| before.lastname.clone()),
                ..before.clone()
            };
            let key = user.email.key();
            let mut others = rows.accounts.iter().map(|other| &other.user.user).filter(|other| other.id != id);
            if others.any(|other| other.email.key() == key) {
                return UserUpdate::EmailTaken;
            }
            if user != before || password.is_some() {
                user.updated_at = at;
                user.revision += 1;
            }
            if let Some(password) = password {
                rows.set_password_hash(id, &password.hash);
                rows.end(id, at, |session| session != password.keep);
            }
            if let Some(stored) = rows.served(id) {
                stored.user.user = user.clone();
            }
            rows.trail.extend(entries);
            UserUpdate::Done(user)
        })
        .await
    }

    async fn rehash(&self, account: &Account, from: &str, to: &str) -> Result<()> {
        self.write("users.rehash", |rows| {
            if let Some(stored) = rows.served(account.user()).filter(|stored| stored.user.password_hash == from) {
                to.clone_into(&mut stored.user.password_hash);
            }
        })
        .await
    }

    async fn erase(
        &self,
        account: &Account,
        verified: &str,
        precondition: Precondition,
        at: Timestamp,
        entry: AuditEntry,
    ) -> Result<UserErasure> {
        self.write("users.erase", |rows| {
            let id = account.user();
            let Some(stored) = rows.served(id) else { return UserErasure::Absent };
            if stored.user.password_hash != verified {
                return UserErasure::PasswordChanged;
            }
            if !precondition.admits(stored.user.user.version()) {
                return UserErasure::Stale;
            }
            rows.end(id, at, |_| true);
            rows.clients.retain(|client| client.owner != id);
            rows.accounts.retain(|account| account.user.user.id != id);
            rows.trail.push(entry);
            UserErasure::Done
        })
        .await
    }
}
