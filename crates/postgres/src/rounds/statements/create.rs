//! Making contacts.

use roster_domain::ports::{ContactCreation, Result, StoreError};
use roster_domain::values::{E164, SurveySortId};
use roster_domain::{ClientId, Contact, ContactId, Derived, NewContact, Region, Scope, UserId};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::column;
use super::get::Get;
use crate::columns::{id, id_or_null, place, text_or_null};
use crate::error::{corrupt, store_error};
use crate::keys::{client_bytes, group_bytes, object_bytes};
use crate::rounds::asked::{self, Asked};
use crate::rounds::reads::Read;
use crate::rounds::shared::Shared;
use crate::rounds::writes::{Item, Manner, Outcome, Write};

pub(in crate::rounds) struct Create {
    user: UserId,
    client: Option<ClientId>,
    contact: NewContact,
    region: Option<Region>,
    /// Under that region.
    derived: Derived,
    /// It was begun before, and nobody knows what came of it.
    may_be_done: bool,
}

/// `$skip`: how the group is locked; `$conflict`: what becomes of an id that is taken.
///
/// The group is looked up by its id, whichever way it is named: an OR over these ways would use no index. It is found
/// anew by each statement, since another may have become the default, and its region is read from the very row that is
/// locked.
macro_rules! create {
    ($skip:literal, $conflict:literal) => {
        concat!(
            "WITH k AS MATERIALIZED ( \
                 SELECT k.*, COALESCE(k.given, ( \
                     SELECT d.id FROM contact_groups d \
                     WHERE d.user_id = k.user_id AND d.is_default AND d.client_id = COALESCE(k.narrowed, ( \
                         SELECT m.id FROM clients m WHERE m.user_id = k.user_id AND m.is_default)) \
                 )) AS target \
                 FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::text[], \
                             $8::bytea[], $9::bigint[], $10::text[], $11::timestamptz[], $12::timestamptz[], \
                             $13::bigint[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[]) \
                      WITH ORDINALITY \
                      AS k (user_id, id, narrowed, given, name, number, channel, survey_id, survey_sort_integer, \
                            survey_sort_text, created_at, updated_at, legacy_version, number_kind, e164, name_key, \
                            search_key, region, place) \
             ), t AS MATERIALIZED ( \
                 SELECT k.*, g.client_id, g.id AS group_id, g.region AS found_region \
                 FROM k LEFT JOIN LATERAL ( \
                     SELECT x.client_id, x.id, x.region FROM contact_groups x \
                     WHERE x.user_id = k.user_id AND x.id >= k.target AND x.id <= k.target \
                       AND (k.narrowed IS NULL OR x.client_id = k.narrowed) AND (k.given IS NOT NULL OR x.is_default) \
                     ORDER BY x.id FOR KEY SHARE OF x",
            $skip,
            "    ) g ON true \
             ), w AS ( \
                 INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, survey_id, \
                                       survey_sort_integer, survey_sort_text, created_at, updated_at, \
                                       legacy_version, revision, number_kind, e164, name_key, search_key) \
                 SELECT user_id, id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, \
                        survey_sort_text, created_at, updated_at, legacy_version, 0, number_kind, e164, name_key, \
                        search_key \
                 FROM t WHERE group_id IS NOT NULL AND found_region IS NOT DISTINCT FROM region",
            $conflict,
            ") SELECT t.place, t.client_id, t.group_id, t.found_region, \
                      t.group_id IS NULL AND ( \
                          SELECT true FROM contact_groups x \
                          WHERE x.user_id = t.user_id AND x.id >= t.target AND x.id <= t.target \
                            AND (t.narrowed IS NULL OR x.client_id = t.narrowed) \
                          ORDER BY x.id) IS NOT NULL \
               FROM t"
        )
    };
}

pub(super) const PASSING: &str = create!(" SKIP LOCKED", "");
pub(super) const PASSING_AGAIN: &str = create!(" SKIP LOCKED", " ON CONFLICT (user_id, id) DO NOTHING");
pub(super) const WAITING: &str = create!("", "");
pub(super) const WAITING_AGAIN: &str = create!("", " ON CONFLICT (user_id, id) DO NOTHING");

impl Create {
    pub(in crate::rounds) fn new(scope: &Scope, contact: NewContact, region: Option<Region>) -> Self {
        let derived = Derived::of(&contact.name, &contact.number, region.as_ref());
        Self { user: scope.user(), client: scope.client(), contact, region, derived, may_be_done: false }
    }

    fn sort(&self) -> Option<&SurveySortId> {
        self.contact.transaction.survey_sort_id.as_ref()
    }

    fn outcome(&self, row: &PgRow) -> sqlx::Result<Outcome<ContactCreation>> {
        let Some(group_id) = id_or_null(row, 2)? else {
            return Ok(match (row.try_get(4)?, self.contact.group_id) {
                (true, _) => Outcome::Busy,
                (false, Some(_)) => Outcome::Done(ContactCreation::UnknownGroup),
                (false, None) => Outcome::Done(ContactCreation::ClientGone),
            });
        };
        let region = text_or_null(row, 3)?;
        if region != self.region.as_ref().map(Region::as_str) {
            return Ok(Outcome::OtherRegion(region.map(|region| Region::from_stored(region.to_owned()))));
        }
        Ok(Outcome::Done(ContactCreation::Done(self.contact.made_in(id(row, 1)?, group_id))))
    }

    /// What a creation comes to that may be done already: what is there under its id, if that is what it made.
    fn repeated(
        &self,
        found: Option<Contact>,
        outcome: Result<Outcome<ContactCreation>>,
    ) -> Result<Outcome<ContactCreation>> {
        match found {
            None => outcome,
            Some(found) if found.created_at == self.contact.created_at => {
                Ok(Outcome::Done(ContactCreation::Done(found)))
            }
            Some(_) => Err(StoreError::failed("the id of a new contact is taken")),
        }
    }
}

impl asked::Item for Create {
    type Answer = ContactCreation;

    fn user(&self) -> UserId {
        self.user
    }

    fn weight(&self) -> usize {
        let (contact, derived) = (&self.contact, &self.derived);
        size_of::<Self>()
            + contact.name.as_str().len()
            + contact.number.as_str().len()
            + derived.name_key.as_str().len()
            + derived.search_key.as_str().len()
    }
}

impl Write for Create {
    const REPEATS: bool = true;

    fn may_be_done(&mut self) {
        self.may_be_done = true;
    }

    fn queued(asked: Asked<Self>) -> Item {
        Item::Create(Box::new(asked))
    }

    fn contact(&self) -> ContactId {
        self.contact.id
    }

    fn learn_region(&mut self, shared: &Shared, region: Option<Region>) {
        shared.regions.remember(self.user, self.client, self.contact.group_id, region.as_ref());
        self.derived = Derived::of(&self.contact.name, &self.contact.number, region.as_ref());
        self.region = region;
    }

    async fn run(
        items: &[&Self],
        manner: Manner,
        connection: &mut PgConnection,
    ) -> sqlx::Result<Vec<Result<Outcome<ContactCreation>>>> {
        let again = items.iter().any(|item| item.may_be_done);
        let statement = match (manner, again) {
            (Manner::Passing, false) => PASSING,
            (Manner::Passing, true) => PASSING_AGAIN,
            (Manner::Waiting, false) => WAITING,
            (Manner::Waiting, true) => WAITING_AGAIN,
        };
        let rows = sqlx::query(statement)
            .bind(column(items, |item| item.user.as_bytes().as_slice()))
            .bind(column(items, |item| item.contact.id.as_bytes().as_slice()))
            .bind(column(items, |item| client_bytes(item.client.as_ref())))
            .bind(column(items, |item| group_bytes(item.contact.group_id.as_ref())))
            .bind(column(items, |item| item.contact.name.as_str()))
            .bind(column(items, |item| item.contact.number.as_str()))
            .bind(column(items, |item| item.contact.channel.as_str()))
            .bind(column(items, |item| object_bytes(item.contact.transaction.survey_id.as_ref())))
            .bind(column(items, |item| item.sort().and_then(SurveySortId::integer)))
            .bind(column(items, |item| item.sort().and_then(SurveySortId::text)))
            .bind(column(items, |item| item.contact.created_at.to_utc()))
            .bind(column(items, |item| item.contact.updated_at.to_utc()))
            .bind(column(items, |item| item.contact.legacy_version))
            .bind(column(items, |item| item.derived.number.kind.as_str()))
            .bind(column(items, |item| item.derived.number.e164.as_ref().map(E164::as_str)))
            .bind(column(items, |item| item.derived.name_key.as_str()))
            .bind(column(items, |item| item.derived.search_key.as_str()))
            .bind(column(items, |item| item.region.as_ref().map(Region::as_str)))
            .fetch_all(&mut *connection)
            .await?;
        let mut outcomes: Vec<Result<Outcome<ContactCreation>>> = items.iter().map(|_| Ok(Outcome::Busy)).collect();
        for row in &rows {
            let place = place(row, 0)?;
            let (Some(item), Some(outcome)) = (items.get(place), outcomes.get_mut(place)) else {
                return Err(corrupt("place"));
            };
            *outcome = item.outcome(row).map_err(store_error);
        }
        if again {
            let gets: Vec<Get> =
                items.iter().map(|item| Get { user: item.user, client: None, id: item.contact.id }).collect();
            let found = Get::run(&gets.iter().collect::<Vec<_>>(), connection).await?;
            let all = items.iter().zip(found).zip(outcomes);
            return Ok(all.map(|((item, found), outcome)| item.repeated(found?, outcome)).collect());
        }
        Ok(outcomes)
    }
}
