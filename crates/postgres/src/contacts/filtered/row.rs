//! A row of a list: a contact, and where it stands.

use roster_domain::{Contact, ContactOrder, ContactPlace};

use crate::rows::ContactRow;

/// What is read of each row, with what it is ordered by.
pub(super) const COLUMNS: &str = "\
c.id, c.client_id, c.group_id, c.name, c.number, c.channel, c.survey_id, c.survey_sort_integer, c.survey_sort_text, \
c.created_at, c.updated_at, c.legacy_version, c.revision, c.name_key";

#[derive(sqlx::FromRow)]
pub(super) struct ListedRow {
    #[sqlx(flatten)]
    contact: ContactRow,
    name_key: String,
}

impl ListedRow {
    pub(super) fn placed(self, order: ContactOrder) -> sqlx::Result<(ContactPlace, Contact)> {
        let contact = Contact::try_from(self.contact)?;
        Ok((ContactPlace::in_order(order, contact.id, &self.name_key), contact))
    }
}
