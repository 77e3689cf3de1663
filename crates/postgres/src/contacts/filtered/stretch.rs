//! A list's part behind a place.

use roster_domain::{ContactOrder, ContactPlace, UserId};
use sqlx::{Postgres, QueryBuilder};

use super::Extent;
use crate::keys::{ABOVE_ALL, BELOW_ALL};

/// What of a list is still to be read, and in what order.
pub(super) struct Stretch {
    pub user: UserId,
    pub extent: Extent,
    pub order: ContactOrder,
    /// The last row that was read.
    pub after: Option<ContactPlace>,
}

impl Stretch {
    /// Adds `FROM` and the condition that holds for the whole stretch.
    pub(super) fn push_from(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" FROM contacts c WHERE ");
        self.extent.push(query, self.user);
        self.push_beyond(query);
    }

    pub(super) fn push_beyond(&self, query: &mut QueryBuilder<Postgres>) {
        push_beyond(query, self.order, self.after.as_ref());
    }

    pub(super) fn order_of(&self, rows: &str) -> String {
        order_of(self.order, rows)
    }

    /// Adds order and limit.
    pub(super) fn push_end(&self, query: &mut QueryBuilder<Postgres>, rows: usize) {
        query.push(format_args!(" ORDER BY {} LIMIT ", self.order_of("c"))).push_bind(rows as i64);
    }
}

/// Adds that rows are beyond the place. The first page is the same statement as all others.
pub(crate) fn push_beyond(query: &mut QueryBuilder<Postgres>, order: ContactOrder, after: Option<&ContactPlace>) {
    let id = after.map(|place| place.id().as_bytes().to_vec());
    match order {
        ContactOrder::Newest => query.push(" AND c.id < ").push_bind(id.unwrap_or_else(|| ABOVE_ALL.to_vec())),
        ContactOrder::Oldest => query.push(" AND c.id > ").push_bind(id.unwrap_or_else(|| BELOW_ALL.to_vec())),
        ContactOrder::Name => {
            let name = match after {
                Some(ContactPlace::Name(key, _)) => key.as_str().to_owned(),
                Some(ContactPlace::Id(_)) | None => String::new(),
            };
            query.push(" AND (c.name_key, c.id) > (").push_bind(name);
            query.push(", ").push_bind(id.unwrap_or_else(|| BELOW_ALL.to_vec())).push(")")
        }
    };
}

/// The order of rows of `c`, or of whatever a statement calls them.
pub(crate) fn order_of(order: ContactOrder, rows: &str) -> String {
    match order {
        ContactOrder::Newest => format!("{rows}.id DESC"),
        ContactOrder::Oldest => format!("{rows}.id"),
        ContactOrder::Name => format!("{rows}.name_key, {rows}.id"),
    }
}
