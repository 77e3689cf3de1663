//! [`GroupRepository`]: one file an act.

mod adopt;
mod counts;
mod create;
mod delete;
mod locks;
mod page;
mod single;
mod steps;
mod update;

use async_trait::async_trait;
use roster_domain::ports::{GroupDeletion, GroupRepository, GroupUpdate, Result};
use roster_domain::{
    ContactFilter, ContactGroup, ContactsFate, GroupChanges, GroupId, Keyset, NewGroup, Page, Precondition, Scope,
    Span, Timestamp,
};

pub(crate) use adopt::adopt;
pub(crate) use create::insert;
pub(crate) use locks::lock_client;

use crate::PostgresStore;
use crate::transaction::again;

#[async_trait]
impl GroupRepository for PostgresStore {
    async fn create(&self, scope: &Scope, group: NewGroup) -> Result<Option<ContactGroup>> {
        self.act(create::create(self.pool.clone(), *scope, group)).await
    }

    async fn get(&self, scope: &Scope, id: GroupId) -> Result<Option<ContactGroup>> {
        self.act(single::get(self.pool.clone(), *scope, id)).await
    }

    async fn page(&self, scope: &Scope, span: Span, keyset: Keyset<GroupId>) -> Result<Page<ContactGroup>> {
        self.act(page::page(self.pool.clone(), *scope, span, keyset)).await
    }

    async fn page_with_counts(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        keyset: Keyset<GroupId>,
    ) -> Result<Page<(ContactGroup, u64)>> {
        let (pool, timeout) = (self.pool.clone(), self.bulk_timeout);
        self.bulk_act(counts::page(pool, timeout, *scope, span, filter.clone(), keyset)).await
    }

    async fn update(
        &self,
        scope: &Scope,
        id: GroupId,
        changes: GroupChanges,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<GroupUpdate> {
        let (pool, scope) = (self.pool.clone(), *scope);
        self.act(async move { again(|| update::update(&pool, &scope, id, &changes, &precondition, at)).await }).await
    }

    async fn delete(
        &self,
        scope: &Scope,
        id: GroupId,
        fate: ContactsFate,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<GroupDeletion> {
        let scope = *scope;
        self.act_in_steps(|steps| delete::delete(steps, scope, id, fate, precondition, at)).await
    }
}
