//! Deleting contacts.

use roster_domain::ports::{ContactDeletion, Result};
use roster_domain::{ClientId, ContactId, Region, Scope, UserId, Version};
use sqlx::PgConnection;

use super::column;
use crate::columns::{place, verdict};
use crate::error::{corrupt, store_error};
use crate::keys::client_bytes;
use crate::rounds::asked::{self, Asked};
use crate::rounds::shared::Shared;
use crate::rounds::writes::{Item, Manner, Outcome, Write};

pub(in crate::rounds) struct Remove {
    user: UserId,
    client: Option<ClientId>,
    id: ContactId,
    /// The version it must be in, if any.
    seen: Option<Version>,
}

/// `$skip`: how the contact is locked.
macro_rules! remove {
    ($skip:literal) => {
        concat!(
            "WITH t AS MATERIALIZED ( \
                 SELECT k.*, c.tid, \
                        k.seen_created_at IS NULL \
                        OR (k.seen_created_at = c.created_at AND k.seen_revision = c.revision) AS fresh \
                 FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::timestamptz[], $5::bigint[]) WITH ORDINALITY \
                      AS k (user_id, id, narrowed, seen_created_at, seen_revision, place) \
                 LEFT JOIN LATERAL ( \
                     SELECT x.ctid AS tid, x.created_at, x.revision FROM contacts x \
                     WHERE x.user_id = k.user_id AND x.id >= k.id AND x.id <= k.id \
                       AND (k.narrowed IS NULL OR x.client_id = k.narrowed) \
                     ORDER BY x.id FOR UPDATE OF x",
            $skip,
            "    ) c ON true \
             ), w AS ( \
                 DELETE FROM contacts c USING t \
                 WHERE c.ctid = t.tid AND t.fresh RETURNING t.place \
             ) \
             SELECT t.place, CASE \
                 WHEN t.place = ANY (ARRAY(SELECT w.place FROM w)) THEN 0 \
                 WHEN t.tid IS NOT NULL AND NOT t.fresh THEN 2 \
                 WHEN (SELECT true FROM contacts x \
                       WHERE x.user_id = t.user_id AND x.id >= t.id AND x.id <= t.id \
                         AND (t.narrowed IS NULL OR x.client_id = t.narrowed) \
                       ORDER BY x.id) THEN 3 \
                 ELSE 1 END \
             FROM t"
        )
    };
}

pub(super) const PASSING: &str = remove!(" SKIP LOCKED");
pub(super) const WAITING: &str = remove!("");

impl Remove {
    pub(in crate::rounds) fn new(scope: &Scope, id: ContactId, seen: Option<Version>) -> Self {
        Self { user: scope.user(), client: scope.client(), id, seen }
    }
}

impl asked::Item for Remove {
    type Answer = ContactDeletion;

    fn user(&self) -> UserId {
        self.user
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
    }
}

impl Write for Remove {
    const REPEATS: bool = false;

    fn queued(asked: Asked<Self>) -> Item {
        Item::Remove(asked)
    }

    fn contact(&self) -> ContactId {
        self.id
    }

    fn learn_region(&mut self, _: &Shared, _: Option<Region>) {}

    async fn run(
        items: &[&Self],
        manner: Manner,
        connection: &mut PgConnection,
    ) -> sqlx::Result<Vec<Result<Outcome<ContactDeletion>>>> {
        let rows = sqlx::query(if manner == Manner::Waiting { WAITING } else { PASSING })
            .bind(column(items, |item| item.user.as_bytes().as_slice()))
            .bind(column(items, |item| item.id.as_bytes().as_slice()))
            .bind(column(items, |item| client_bytes(item.client.as_ref())))
            .bind(column(items, |item| item.seen.map(|seen| seen.created_at.to_utc())))
            .bind(column(items, |item| item.seen.map(|seen| seen.revision)))
            .fetch_all(connection)
            .await?;
        let mut outcomes: Vec<Result<Outcome<ContactDeletion>>> = items.iter().map(|_| Ok(Outcome::Busy)).collect();
        for row in &rows {
            let outcome = outcomes.get_mut(place(row, 0)?).ok_or_else(|| corrupt("place"))?;
            *outcome = match verdict(row, 1) {
                Ok(0) => Ok(Outcome::Done(ContactDeletion::Done)),
                Ok(1) => Ok(Outcome::Done(ContactDeletion::Absent)),
                Ok(2) => Ok(Outcome::Done(ContactDeletion::Stale)),
                Ok(_) => Ok(Outcome::Busy),
                Err(error) => Err(store_error(error)),
            };
        }
        Ok(outcomes)
    }
}
