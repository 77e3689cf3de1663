//! What the operator does to accounts.

use async_trait::async_trait;
use roster_domain::ports::{AccountAdoption, ClientAdoption, GroupAdoption, Operator, Result};
use roster_domain::{
    AuditEntry, AuditId, ClientId, EmailKey, Keyset, ListedUser, NewAccount, NewClient, NewGroup, Page, Timestamp,
    UserId,
};

use super::MemoryStore;
use super::unasked::not_asked;

#[async_trait]
impl Operator for MemoryStore {
    async fn user(&self, _: &EmailKey) -> Result<Option<ListedUser>> {
        not_asked()
    }

    async fn users(&self, _: Keyset<UserId>) -> Result<Page<ListedUser>> {
        not_asked()
    }

    async fn users_with_client(&self, _: ClientId) -> Result<Vec<UserId>> {
        not_asked()
    }

    async fn set_password(&self, user: UserId, hash: &str, at: Timestamp, entry: AuditEntry) -> Result<bool> {
        self.write("operator.set_password", |rows| {
            if rows.account(user).is_none() {
                return false;
            }
            rows.set_password_hash(user, hash);
            rows.end(user, at, |_| true);
            rows.trail.push(entry);
            true
        })
        .await
    }

    async fn set_disabled(&self, user: UserId, disabled: bool, at: Timestamp, entry: AuditEntry) -> Result<bool> {
        self.write("operator.set_disabled", |rows| {
            if rows.account(user).is_none() {
                return false;
            }
            if rows.disabled.contains(&user) != disabled {
                rows.disabled.retain(|other| *other != user);
                if disabled {
                    rows.disabled.push(user);
                    rows.end(user, at, |_| true);
                }
                rows.trail.push(entry);
            }
            true
        })
        .await
    }

    async fn audit(&self, _: Option<UserId>, _: Keyset<AuditId>) -> Result<Page<AuditEntry>> {
        not_asked()
    }

    async fn adopt_account(&self, _: NewAccount, _: AuditEntry) -> Result<AccountAdoption> {
        not_asked()
    }

    async fn adopt_client(&self, _: UserId, _: NewClient) -> Result<ClientAdoption> {
        not_asked()
    }

    async fn adopt_group(&self, _: UserId, _: ClientId, _: NewGroup) -> Result<GroupAdoption> {
        not_asked()
    }
}
