//! [`GroupRepository`]: one file an act.

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
    ContactGroup, ContactsFate, GroupChanges, GroupId, Keyset, NewGroup, Page, Scope, Span, Timestamp,
};

pub(crate) use create::insert;

use crate::PostgresStore;

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

    async fn update(&self, scope: &Scope, id: GroupId, changes: GroupChanges, at: Timestamp) -> Result<GroupUpdate> {
        self.act(update::update(self.pool.clone(), *scope, id, changes, at)).await
    }

    async fn delete(&self, scope: &Scope, id: GroupId, fate: ContactsFate, at: Timestamp) -> Result<GroupDeletion> {
        self.bulk_act(delete::delete(self.pool.clone(), self.bulk_timeout, *scope, id, fate, at)).await
    }
}
