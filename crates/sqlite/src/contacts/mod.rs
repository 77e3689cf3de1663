//! Contacts.

mod delete;
mod filtered;
mod home;
mod list;
mod merged;
mod rows;
mod walk;
mod whole;
mod write;

use async_trait::async_trait;
use roster_domain::ports::{
    ContactCreation, ContactDeletion, ContactRepository, ContactUpdate, MatchingDeletion, Result,
};
use roster_domain::{
    Contact, ContactChanges, ContactFilter, ContactId, ContactOrder, ContactPage, ContactPlace, Keyset, NewContact,
    NumberInfo, Precondition, Scope, Span, Timestamp,
};

use rusqlite::Connection;

use crate::SqliteStore;
use list::List;

pub(crate) use filtered::count_in;
pub(crate) use home::{Home, home_of};
pub(crate) use rows::{
    columns as contact_columns, contact, find, holds_more_than, insert, number_info, region, replace, survey,
    transaction, with_number,
};
pub(crate) use whole::Whole;

#[cfg(test)]
pub(crate) use {home::ALL as HOMES, rows::ALL};

/// Longer pages, and those that look at more rows than they answer, let the others pass.
const SHORT_PAGE: usize = 100;

#[async_trait]
impl ContactRepository for SqliteStore {
    async fn create(&self, scope: &Scope, contact: NewContact) -> Result<ContactCreation> {
        let scope = *scope;
        self.writer.write(move |connection| write::create(connection, &scope, &contact)).await
    }

    async fn get(&self, scope: &Scope, id: ContactId) -> Result<Option<Contact>> {
        let scope = *scope;
        self.readers.get(move |connection| rows::get(connection, &scope, id)).await
    }

    async fn get_with_number_info(&self, scope: &Scope, id: ContactId) -> Result<Option<(Contact, NumberInfo)>> {
        let scope = *scope;
        self.readers.get(move |connection| rows::get_with_number_info(connection, &scope, id)).await
    }

    async fn page(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        order: ContactOrder,
        keyset: Keyset<ContactPlace>,
    ) -> Result<ContactPage> {
        let list = List::of(scope, span, filter);
        let is_short = list.is_plain(order) && keyset.limit.rows() <= SHORT_PAGE;
        let read = move |connection: &Connection| list.page(connection, order, &keyset);
        if is_short { self.readers.list(read).await } else { self.readers.search(read).await }
    }

    async fn count(&self, scope: &Scope, span: Span, filter: &ContactFilter) -> Result<u64> {
        let list = List::of(scope, span, filter);
        self.readers.search(move |connection| list.count(connection)).await
    }

    async fn update(
        &self,
        scope: &Scope,
        id: ContactId,
        changes: ContactChanges,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<ContactUpdate> {
        let scope = *scope;
        self.writer.write(move |connection| write::update(connection, &scope, id, &changes, &precondition, at)).await
    }

    async fn delete(&self, scope: &Scope, id: ContactId, precondition: Precondition) -> Result<ContactDeletion> {
        let scope = *scope;
        self.writer.write(move |connection| delete::one(connection, &scope, id, &precondition)).await
    }

    async fn delete_matching(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        expected: u64,
    ) -> Result<MatchingDeletion> {
        let list = List::of(scope, span, filter);
        let looked = list.clone();
        let found = self.readers.search(move |connection| looked.ids(connection)).await?;
        let actual = found.len() as u64;
        if actual != expected {
            return Ok(MatchingDeletion::CountChanged { actual });
        }
        let mut deletion = delete::Matching::of(list, found);
        self.writer.write_in_steps(move |connection| deletion.step(connection)).await
    }
}
