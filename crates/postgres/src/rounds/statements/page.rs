//! Short pages, newest first. Each kind has its own statement, on its own index.

use std::mem::{Discriminant, discriminant};
use std::sync::Arc;

use roster_domain::ports::Result;
use roster_domain::{Contact, ContactId, ContactPage, ContactPlace, Keyset, Page, UserId};
use sqlx::PgConnection;

use super::column;
use crate::columns::{CONTACT_COLUMNS, contact, contact_columns, place};
use crate::contacts::List;
use crate::error::{corrupt, store_error};
use crate::keys::ABOVE_ALL;
use crate::rounds::asked::{self, Asked};
use crate::rounds::reads::{Item, Read, Reads};
use crate::rounds::sets::Set;
use crate::rounds::side::Side;

pub(in crate::rounds) struct PageOf {
    pub user: UserId,
    pub list: List,
    pub keyset: Keyset<ContactId>,
}

/// The statement that reads the pages of this client (an expression over `k`) under this condition and in this order.
/// They begin below `upper`, and hold `most` rows at most.
///
/// Each order ends by id, and begins with what is the same in all rows of the page: so only the one index gives it, also
/// where almost every user has a single client, and almost every client a single group.
macro_rules! pages {
    ($client:literal, $condition:literal, $order:literal) => {
        concat!(
            "SELECT ",
            contact_columns!("c"),
            ", k.place \
             FROM (SELECT a.*, ",
            $client,
            " AS client_id FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[]) WITH ORDINALITY \
                       AS a (user_id, given, group_id, upper, most, place) OFFSET 0) k \
             CROSS JOIN LATERAL (SELECT * FROM contacts x WHERE x.user_id = k.user_id AND ",
            $condition,
            " ORDER BY ",
            $order,
            " LIMIT k.most) c"
        )
    };
}

macro_rules! pages_of_client {
    ($client:literal) => {
        pages!(
            $client,
            "(x.client_id, x.id) < (k.client_id, k.upper) AND x.client_id >= k.client_id",
            "x.client_id DESC, x.id DESC"
        )
    };
}

macro_rules! pages_of_group {
    ($client:literal) => {
        pages!(
            $client,
            "(x.client_id, x.group_id, x.id) < (k.client_id, k.group_id, k.upper) \
             AND (x.client_id, x.group_id) >= (k.client_id, k.group_id)",
            "x.client_id DESC, x.group_id DESC, x.id DESC"
        )
    };
}

pub(super) const OF_USER: &str = pages!("a.given", "x.id < k.upper", "x.id DESC");

pub(super) const OF_CLIENT: &str = pages_of_client!("a.given");

pub(super) const OF_DEFAULT_CLIENT: &str =
    pages_of_client!("(SELECT d.id FROM clients d WHERE d.user_id = a.user_id AND d.is_default)");

pub(super) const OF_GROUP_OF_CLIENT: &str = pages_of_group!("a.given");

pub(super) const OF_GROUP: &str = pages_of_group!(
    "(SELECT g.client_id FROM contact_groups g \
      WHERE g.user_id = a.user_id AND g.id >= a.group_id AND g.id <= a.group_id ORDER BY g.id)"
);

impl PageOf {
    /// Those of one kind are read by one statement.
    pub(in crate::rounds) fn kind(&self) -> Discriminant<List> {
        discriminant(&self.list)
    }

    /// How many it holds at most.
    pub(in crate::rounds) fn rows(&self) -> usize {
        self.keyset.limit.rows()
    }

    fn client(&self) -> Option<&[u8]> {
        match &self.list {
            List::User | List::DefaultClient | List::Group(_) => None,
            List::Client(client) | List::GroupOf(client, _) => Some(client.as_bytes().as_slice()),
        }
    }

    fn group(&self) -> Option<&[u8]> {
        match &self.list {
            List::User | List::DefaultClient | List::Client(_) => None,
            List::Group(group) | List::GroupOf(_, group) => Some(group.as_bytes().as_slice()),
        }
    }

    fn upper(&self) -> &[u8] {
        self.keyset.after.as_ref().map_or(ABOVE_ALL, |id| id.as_bytes().as_slice())
    }

    fn statement(&self) -> &'static str {
        match self.list {
            List::User => OF_USER,
            List::Client(_) => OF_CLIENT,
            List::DefaultClient => OF_DEFAULT_CLIENT,
            List::GroupOf(..) => OF_GROUP_OF_CLIENT,
            List::Group(_) => OF_GROUP,
        }
    }
}

impl asked::Item for PageOf {
    type Answer = ContactPage;

    fn user(&self) -> UserId {
        self.user
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
    }
}

impl Read for PageOf {
    type Side = Reads;

    fn queued(asked: Asked<Self>) -> Item {
        Item::Page(asked)
    }

    fn side(set: &Set) -> &Arc<Side<Reads>> {
        &set.reads
    }

    /// All of one kind.
    async fn run(items: &[&Self], connection: &mut PgConnection) -> sqlx::Result<Vec<Result<ContactPage>>> {
        let Some(first) = items.first() else { return Ok(Vec::new()) };
        let rows = sqlx::query(first.statement())
            .bind(column(items, |item| item.user.as_bytes().as_slice()))
            .bind(column(items, |item| item.client()))
            .bind(column(items, |item| item.group()))
            .bind(column(items, Self::upper))
            .bind(column(items, |item| item.keyset.limit.rows() as i64 + 1))
            .fetch_all(connection)
            .await?;
        let mut pages: Vec<Result<Vec<Contact>>> =
            items.iter().map(|item| Ok(Vec::with_capacity(item.rows().min(rows.len()) + 1))).collect();
        for row in &rows {
            let page = pages.get_mut(place(row, CONTACT_COLUMNS)?).ok_or_else(|| corrupt("place"))?;
            match contact(row) {
                Ok(contact) => {
                    if let Ok(page) = page {
                        page.push(contact);
                    }
                }
                Err(error) => *page = Err(store_error(error)),
            }
        }
        let page =
            |rows, limit| Page::of_one_more(rows, limit).placed(|contact: &Contact| ContactPlace::Id(contact.id));
        let pages = pages.into_iter().zip(items);
        Ok(pages.map(|(rows, item)| rows.map(|rows| page(rows, item.keyset.limit))).collect())
    }
}
