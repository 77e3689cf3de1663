//! Statements that are built of parts: one walk along one index, with what else must hold of a row.

use roster_domain::{ContactFilter, ContactOrder, ContactPlace, GroupId, SearchQuery, UserId};
use rusqlite::types::Value;

use super::home::{Home, Wanted};
use super::rows::{COLUMNS, DERIVED_COLUMNS};
use crate::query::{ABOVE_ALL, BELOW_ALL};

/// Which index is walked, and so in what order rows come. Statements name it, so that no other is ever taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// All of a user's, by id.
    User,
    /// A client's, by id.
    Client,
    /// A group's, by id.
    Group,
    /// A client's with one number, by id.
    Number,
    /// A client's, by name.
    Name,
}

impl Way {
    const fn index(self) -> &'static str {
        match self {
            Self::User => "sqlite_autoindex_contacts_1",
            Self::Client => "contacts_by_client",
            Self::Group => "contacts_by_group",
            Self::Number => "contacts_by_number",
            Self::Name => "contacts_by_name",
        }
    }

    /// Whether rows come in this order.
    pub(super) const fn is_in(self, order: ContactOrder) -> bool {
        matches!(
            (self, order),
            (Self::Name, ContactOrder::Name)
                | (Self::User | Self::Client | Self::Group | Self::Number, ContactOrder::Newest | ContactOrder::Oldest)
        )
    }
}

/// Where a walk goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    pub(super) user: UserId,
    /// `None`: all of the user's.
    pub(super) home: Option<&'a Home>,
    pub(super) group: Option<GroupId>,
    pub(super) way: Way,
}

/// A statement and what is bound to it. All that a caller wrote is bound.
pub(super) struct Built {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Built {
    fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }
}

impl<'a> Walk<'a> {
    /// The way that goes through the fewest rows, whatever their order.
    pub(super) fn shortest(user: UserId, home: &'a Home, group: Option<GroupId>, filter: &ContactFilter) -> Self {
        let way = match group {
            // While some are derived for another region, the index may have them under another number.
            _ if filter.number.is_some() && home.derive_after.is_none() => Way::Number,
            Some(_) => Way::Group,
            None => Way::Client,
        };
        Self { user, home: Some(home), group, way }
    }

    /// One row at a time, found by its id.
    pub(super) fn by_id(user: UserId, home: &'a Home, group: Option<GroupId>) -> Self {
        Self { user, home: Some(home), group, way: Way::User }
    }

    /// The rows behind this place. Where the way isn't in this order: all of them, in whichever.
    pub(super) fn page(
        &self,
        filter: &ContactFilter,
        order: ContactOrder,
        after: Option<&ContactPlace>,
        rows: i64,
    ) -> Built {
        let name_key = if order == ContactOrder::Name { ", name_key" } else { "" };
        self.beyond(&format!("{COLUMNS}{name_key}"), filter, order, after, rows)
    }

    /// The oldest of the rows behind this place, with what their numbers are; the way is in this order.
    pub(super) fn oldest(&self, filter: &ContactFilter, after: Option<&ContactPlace>, rows: i64) -> Built {
        self.beyond(DERIVED_COLUMNS, filter, ContactOrder::Oldest, after, rows)
    }

    fn beyond(
        &self,
        columns: &str,
        filter: &ContactFilter,
        order: ContactOrder,
        after: Option<&ContactPlace>,
        rows: i64,
    ) -> Built {
        let mut built = self.begun(columns);
        behind(&mut built, order, after);
        self.narrowed(&mut built, filter);
        if self.way.is_in(order) {
            built.sql.push_str(match order {
                ContactOrder::Newest => " ORDER BY id DESC LIMIT ?",
                ContactOrder::Oldest => " ORDER BY id LIMIT ?",
                ContactOrder::Name => " ORDER BY name_key, id LIMIT ?",
            });
            built.values.push(rows.into());
        }
        built
    }

    /// How many there are.
    pub(super) fn count(&self, filter: &ContactFilter) -> Built {
        let mut built = self.begun("count(*)");
        self.narrowed(&mut built, filter);
        built
    }

    /// Their ids, in whichever order.
    pub(super) fn ids(&self, filter: &ContactFilter) -> Built {
        let mut built = self.begun("id");
        self.narrowed(&mut built, filter);
        built
    }

    /// Deletes one of them, if it still is one: its id comes last.
    pub(super) fn deletion(&self, filter: &ContactFilter) -> Built {
        let sql = format!("DELETE FROM contacts INDEXED BY {} WHERE user_id = ?", self.way.index());
        let mut built = Built { sql, values: vec![blob(self.user.as_bytes())] };
        self.narrowed(&mut built, filter);
        built.and("id = ?", []);
        built
    }

    fn begun(&self, columns: &str) -> Built {
        let sql = format!("SELECT {columns} FROM contacts INDEXED BY {} WHERE user_id = ?", self.way.index());
        Built { sql, values: vec![blob(self.user.as_bytes())] }
    }

    /// The index's columns first, then what is cheap to look at, then what isn't.
    fn narrowed(&self, built: &mut Built, filter: &ContactFilter) {
        if let Some(home) = self.home {
            built.and("client_id = ?", [blob(home.client.as_bytes())]);
        }
        if let Some(group) = self.group {
            built.and("group_id = ?", [blob(group.as_bytes())]);
        }
        if let (Some(number), Some(home)) = (&filter.number, self.home) {
            let wanted = home.wanted(number);
            match &home.derive_after {
                Some(derived) if self.way != Way::Number => compared(built, &wanted, derived),
                _ => built.and("COALESCE(e164, number) = ?", [text(wanted.key())]),
            }
        }
        if let Some(channel) = &filter.channel {
            built.and("channel = ?", [text(channel.as_str())]);
        }
        if let Some(kind) = filter.kind {
            built.and("number_kind = ?", [text(kind.as_str())]);
        }
        if let Some(from) = filter.created_after {
            built.and("created_at >= ?", [from.millis().into()]);
        }
        if let Some(to) = filter.created_before {
            built.and("created_at < ?", [to.millis().into()]);
        }
        if let Some(from) = filter.updated_after {
            built.and("updated_at >= ?", [from.millis().into()]);
        }
        if let Some(suffix) = &filter.number_suffix {
            // Characters, of which digits have one byte each.
            let length = suffix.as_str().len() as i64;
            built.and("substr(search_key, ?) = ?", [(-length).into(), text(suffix.as_str())]);
        }
        for word in filter.search.iter().flat_map(SearchQuery::words) {
            built.and("instr(search_key, ?) > 0", [text(word)]);
        }
    }
}

/// Row by row: the E.164 that is stored holds up to the id that deriving anew has come to, and is derived behind it.
fn compared(built: &mut Built, wanted: &Wanted, derived: &[u8]) {
    match &wanted.e164 {
        None => built.and("number = ?", [text(&wanted.text)]),
        Some(e164) => built.and(
            "(number = ? OR CASE WHEN id > ? THEN roster_e164(number, ?) ELSE e164 END = ?)",
            [text(&wanted.text), blob(derived), wanted.region.clone().map_or(Value::Null, Value::Text), text(e164)],
        ),
    }
}

fn behind(built: &mut Built, order: ContactOrder, after: Option<&ContactPlace>) {
    let id = after.map(ContactPlace::id);
    let id = id.as_ref().map(|id| id.as_bytes().as_slice());
    match order {
        ContactOrder::Newest => built.and("id < ?", [blob(id.unwrap_or(ABOVE_ALL))]),
        ContactOrder::Oldest => built.and("id > ?", [blob(id.unwrap_or(BELOW_ALL))]),
        ContactOrder::Name => {
            let name = match after {
                Some(ContactPlace::Name(name, _)) => name.as_str(),
                Some(ContactPlace::Id(_)) | None => "",
            };
            built.and("(name_key, id) > (?, ?)", [text(name), blob(id.unwrap_or(BELOW_ALL))]);
        }
    }
}

fn blob(bytes: &[u8]) -> Value {
    Value::Blob(bytes.to_vec())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[cfg(test)]
mod tests;
