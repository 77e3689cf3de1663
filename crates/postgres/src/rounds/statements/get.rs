//! Single contacts by their ids.

use std::sync::Arc;

use roster_domain::ports::Result;
use roster_domain::{ClientId, Contact, ContactId, UserId};
use sqlx::PgConnection;

use super::column;
use crate::columns::{CONTACT_COLUMNS, contact, contact_columns, place};
use crate::error::{corrupt, store_error};
use crate::rounds::asked::{self, Asked};
use crate::rounds::reads::{Item, Read, Reads};
use crate::rounds::sets::Set;
use crate::rounds::side::Side;

pub(in crate::rounds) struct Get {
    pub user: UserId,
    /// The one it must be of, if any.
    pub client: Option<ClientId>,
    pub id: ContactId,
}

pub(super) const ONE: &str = concat!(
    "SELECT ",
    contact_columns!("c"),
    " FROM contacts c WHERE c.user_id = $1 AND c.id >= $2 AND c.id <= $2 ORDER BY c.id"
);

pub(super) const MANY: &str = concat!(
    "SELECT ",
    contact_columns!("c"),
    ", k.place FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS k (user_id, id, place) \
     CROSS JOIN LATERAL ( \
         SELECT * FROM contacts x WHERE x.user_id = k.user_id AND x.id >= k.id AND x.id <= k.id ORDER BY x.id) c"
);

impl asked::Item for Get {
    type Answer = Option<Contact>;

    fn user(&self) -> UserId {
        self.user
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
    }
}

impl Get {
    fn reaches(&self, contact: &Contact) -> bool {
        self.client.is_none_or(|client| client == contact.client_id)
    }
}

impl Read for Get {
    type Side = Reads;

    fn queued(asked: Asked<Self>) -> Item {
        Item::Get(asked)
    }

    fn side(set: &Set) -> &Arc<Side<Reads>> {
        &set.reads
    }

    async fn run(items: &[&Self], connection: &mut PgConnection) -> sqlx::Result<Vec<Result<Option<Contact>>>> {
        if let [item] = items {
            let row = sqlx::query(ONE)
                .bind(item.user.as_bytes().as_slice())
                .bind(item.id.as_bytes().as_slice())
                .fetch_optional(connection)
                .await?;
            let found = row.map(|row| contact(&row)).transpose().map_err(store_error);
            return Ok(vec![found.map(|found| found.filter(|contact| item.reaches(contact)))]);
        }
        let rows = sqlx::query(MANY)
            .bind(column(items, |item| item.user.as_bytes().as_slice()))
            .bind(column(items, |item| item.id.as_bytes().as_slice()))
            .fetch_all(connection)
            .await?;
        let mut answers: Vec<Result<Option<Contact>>> = items.iter().map(|_| Ok(None)).collect();
        for row in &rows {
            let place = place(row, CONTACT_COLUMNS)?;
            let (Some(item), Some(answer)) = (items.get(place), answers.get_mut(place)) else {
                return Err(corrupt("place"));
            };
            *answer = contact(row).map_err(store_error).map(|found| Some(found).filter(|found| item.reaches(found)));
        }
        Ok(answers)
    }
}
