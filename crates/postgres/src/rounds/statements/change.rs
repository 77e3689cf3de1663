//! Changing contacts.

use roster_domain::ports::{ContactUpdate, Result};
use roster_domain::values::{Channel, ContactName, E164, Number, SurveySortId};
use roster_domain::{
    ClientId, ContactChanges, ContactId, NameKey, NumberInfo, ObjectId, Region, Scope, SearchKey, Timestamp, UserId,
    Version,
};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use super::column;
use crate::columns::{CONTACT_COLUMNS, contact, contact_columns, place, text_or_null, verdict};
use crate::error::{corrupt, store_error};
use crate::keys::{client_bytes, group_bytes, object_bytes};
use crate::rounds::asked::{self, Asked};
use crate::rounds::shared::Shared;
use crate::rounds::writes::{Item, Manner, Outcome, Write};

pub(in crate::rounds) struct Change {
    user: UserId,
    client: Option<ClientId>,
    id: ContactId,
    changes: ContactChanges,
    /// The version it must be in, if any.
    seen: Option<Version>,
    at: Timestamp,
    name: Option<DerivedName>,
    region: Option<Region>,
    /// Under that region.
    number: Option<DerivedNumber>,
}

/// What is derived of a name alone.
struct DerivedName {
    key: NameKey,
    /// Its part of the search key.
    line: String,
}

/// What is derived of a number alone.
struct DerivedNumber {
    info: NumberInfo,
    /// Its part of the search key.
    lines: String,
}

/// `$skip`: how contact and group are locked.
///
/// What isn't given keeps the value it has in the row that is locked, so two changes of different members never undo
/// one another. A group is locked where the contact comes into it, and where its number changes: that was derived under
/// the region that must stand in the group. The parts of the search key change singly; a row for which nothing was
/// derived yet is left to the derivation that is under way.
macro_rules! change {
    ($skip:literal) => {
        concat!(
            "WITH t AS MATERIALIZED ( \
                 SELECT k.place, k.user_id, k.id, k.narrowed, k.region, k.at, c.tid, c.client_id, \
                        c.created_at, c.updated_at, c.legacy_version, c.revision, \
                        k.seen_created_at IS NULL \
                        OR (k.seen_created_at = c.created_at AND k.seen_revision = c.revision) AS fresh, \
                        k.number <> c.number AS renumbers, \
                        CASE WHEN k.group_id <> c.group_id THEN k.group_id \
                             WHEN k.number <> c.number THEN c.group_id END AS target, \
                        COALESCE(k.name, c.name) AS name, \
                        COALESCE(k.number, c.number) AS number, \
                        COALESCE(k.channel, c.channel) AS channel, \
                        COALESCE(k.group_id, c.group_id) AS group_id, \
                        CASE WHEN k.sets_survey THEN k.survey_id ELSE c.survey_id END AS survey_id, \
                        CASE WHEN k.sets_sort THEN k.survey_sort_integer ELSE c.survey_sort_integer END \
                            AS survey_sort_integer, \
                        CASE WHEN k.sets_sort THEN k.survey_sort_text ELSE c.survey_sort_text END \
                            AS survey_sort_text, \
                        CASE WHEN k.name <> c.name THEN k.name_key ELSE c.name_key END AS name_key, \
                        CASE WHEN k.number <> c.number THEN k.number_kind ELSE c.number_kind END AS number_kind, \
                        CASE WHEN k.number <> c.number THEN k.e164 ELSE c.e164 END AS e164, \
                        CASE WHEN k.name <> c.name AND k.number <> c.number \
                             THEN k.name_line || E'\\n' || k.number_lines \
                             WHEN c.search_key = '' THEN '' \
                             WHEN k.name <> c.name \
                             THEN k.name_line || substr(c.search_key, strpos(c.search_key, E'\\n')) \
                             WHEN k.number <> c.number \
                             THEN split_part(c.search_key, E'\\n', 1) || E'\\n' || k.number_lines \
                             ELSE c.search_key END AS search_key, \
                        k.name <> c.name OR k.number <> c.number OR k.channel <> c.channel \
                        OR k.group_id <> c.group_id \
                        OR (k.sets_survey AND k.survey_id IS DISTINCT FROM c.survey_id) \
                        OR (k.sets_sort AND (k.survey_sort_integer IS DISTINCT FROM c.survey_sort_integer \
                                             OR k.survey_sort_text IS DISTINCT FROM c.survey_sort_text)) AS differs \
                 FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::timestamptz[], $5::bigint[], $6::text[], \
                             $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], \
                             $14::text[], $15::bytea[], $16::boolean[], $17::bytea[], $18::boolean[], $19::bigint[], \
                             $20::text[], $21::timestamptz[]) WITH ORDINALITY \
                      AS k (user_id, id, narrowed, seen_created_at, seen_revision, name, name_key, name_line, \
                            number, number_lines, number_kind, e164, region, channel, group_id, sets_survey, \
                            survey_id, sets_sort, survey_sort_integer, survey_sort_text, at, place) \
                 LEFT JOIN LATERAL ( \
                     SELECT x.ctid AS tid, x.* FROM contacts x \
                     WHERE x.user_id = k.user_id AND x.id >= k.id AND x.id <= k.id \
                       AND (k.narrowed IS NULL OR x.client_id = k.narrowed) \
                     ORDER BY x.id FOR NO KEY UPDATE OF x",
            $skip,
            "    ) c ON true \
             ), v AS MATERIALIZED ( \
                 SELECT t.*, g.region AS found_region, CASE \
                     WHEN t.tid IS NULL AND ( \
                         SELECT true FROM contacts x \
                         WHERE x.user_id = t.user_id AND x.id >= t.id AND x.id <= t.id \
                           AND (t.narrowed IS NULL OR x.client_id = t.narrowed) \
                         ORDER BY x.id) THEN 5 \
                     WHEN t.tid IS NULL THEN 2 \
                     WHEN NOT t.fresh THEN 3 \
                     WHEN t.target IS NOT NULL AND g.id IS NULL AND ( \
                         SELECT true FROM contact_groups x \
                         WHERE x.user_id = t.user_id AND x.id >= t.target AND x.id <= t.target \
                           AND x.client_id = t.client_id \
                         ORDER BY x.id) THEN 5 \
                     WHEN t.target IS NOT NULL AND g.id IS NULL THEN 4 \
                     WHEN t.renumbers AND g.region IS DISTINCT FROM t.region THEN 6 \
                     WHEN t.differs THEN 0 \
                     ELSE 1 END AS verdict \
                 FROM t LEFT JOIN LATERAL ( \
                     SELECT x.id, x.region FROM contact_groups x \
                     WHERE x.user_id = t.user_id AND x.id >= t.target AND x.id <= t.target \
                       AND x.client_id = t.client_id AND t.fresh \
                     ORDER BY x.id FOR KEY SHARE OF x",
            $skip,
            "    ) g ON true \
             ), w AS ( \
                 UPDATE contacts c \
                 SET name = v.name, number = v.number, channel = v.channel, group_id = v.group_id, \
                     survey_id = v.survey_id, survey_sort_integer = v.survey_sort_integer, \
                     survey_sort_text = v.survey_sort_text, name_key = v.name_key, number_kind = v.number_kind, \
                     e164 = v.e164, search_key = v.search_key, updated_at = v.at, revision = v.revision + 1 \
                 FROM v WHERE c.ctid = v.tid AND v.verdict = 0 RETURNING v.place \
             ), c AS ( \
                 SELECT id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, \
                        survey_sort_text, created_at, legacy_version, place, found_region, \
                        CASE WHEN verdict = 0 AND place <> ALL (ARRAY(SELECT w.place FROM w)) THEN 5 \
                             ELSE verdict END AS verdict, \
                        CASE WHEN verdict = 0 THEN at ELSE updated_at END AS updated_at, \
                        CASE WHEN verdict = 0 THEN revision + 1 ELSE revision END AS revision \
                 FROM v \
             ) SELECT ",
            contact_columns!("c"),
            ", c.place, c.verdict, c.found_region FROM c"
        )
    };
}

pub(super) const PASSING: &str = change!(" SKIP LOCKED");
pub(super) const WAITING: &str = change!("");

impl Change {
    /// `region`: where the contact's client may be at home; it matters only where the number changes.
    pub(in crate::rounds) fn new(
        scope: &Scope,
        id: ContactId,
        changes: ContactChanges,
        seen: Option<Version>,
        at: Timestamp,
        region: Option<Region>,
    ) -> Self {
        let name =
            changes.name.as_ref().map(|name| DerivedName { key: NameKey::of(name), line: SearchKey::name_line(name) });
        let number = changes.number.as_ref().map(|number| DerivedNumber {
            info: NumberInfo::derive(number, region.as_ref()),
            lines: SearchKey::number_lines(number),
        });
        Self { user: scope.user(), client: scope.client(), id, changes, seen, at, name, region, number }
    }

    fn e164(&self) -> Option<&str> {
        self.number.as_ref().and_then(|number| number.info.e164.as_ref()).map(E164::as_str)
    }

    fn survey(&self) -> Option<&ObjectId> {
        self.changes.transaction.survey_id.as_ref().and_then(Option::as_ref)
    }

    fn sort(&self) -> Option<&SurveySortId> {
        self.changes.transaction.survey_sort_id.as_ref().and_then(Option::as_ref)
    }

    fn outcome(&self, row: &PgRow) -> sqlx::Result<Outcome<ContactUpdate>> {
        Ok(match verdict(row, CONTACT_COLUMNS + 1)? {
            0 | 1 => Outcome::Done(ContactUpdate::Done(contact(row)?)),
            2 => Outcome::Done(ContactUpdate::Absent),
            3 => Outcome::Done(ContactUpdate::Stale),
            4 => Outcome::Done(ContactUpdate::UnknownGroup),
            5 => Outcome::Busy,
            6 => {
                let region = text_or_null(row, CONTACT_COLUMNS + 2)?;
                Outcome::OtherRegion(region.map(|region| Region::from_stored(region.to_owned())))
            }
            _ => return Err(corrupt("a verdict")),
        })
    }
}

impl asked::Item for Change {
    type Answer = ContactUpdate;

    fn user(&self) -> UserId {
        self.user
    }

    fn weight(&self) -> usize {
        let name = self.changes.name.as_ref().map_or(0, |name| name.as_str().len());
        let number = self.changes.number.as_ref().map_or(0, |number| number.as_str().len());
        let derived_name = self.name.as_ref().map_or(0, |name| name.key.as_str().len() + name.line.len());
        let derived_number = self.number.as_ref().map_or(0, |number| number.lines.len());
        size_of::<Self>() + name + number + derived_name + derived_number
    }
}

impl Write for Change {
    const REPEATS: bool = false;

    fn queued(asked: Asked<Self>) -> Item {
        Item::Change(Box::new(asked))
    }

    fn contact(&self) -> ContactId {
        self.id
    }

    fn learn_region(&mut self, shared: &Shared, region: Option<Region>) {
        shared.regions.remember(self.user, self.client, self.changes.group_id, region.as_ref());
        if let (Some(number), Some(derived)) = (&self.changes.number, &mut self.number) {
            derived.info = NumberInfo::derive(number, region.as_ref());
        }
        self.region = region;
    }

    async fn run(
        items: &[&Self],
        manner: Manner,
        connection: &mut PgConnection,
    ) -> sqlx::Result<Vec<Result<Outcome<ContactUpdate>>>> {
        let rows = sqlx::query(if manner == Manner::Waiting { WAITING } else { PASSING })
            .bind(column(items, |item| item.user.as_bytes().as_slice()))
            .bind(column(items, |item| item.id.as_bytes().as_slice()))
            .bind(column(items, |item| client_bytes(item.client.as_ref())))
            .bind(column(items, |item| item.seen.map(|seen| seen.created_at.to_utc())))
            .bind(column(items, |item| item.seen.map(|seen| seen.revision)))
            .bind(column(items, |item| item.changes.name.as_ref().map(ContactName::as_str)))
            .bind(column(items, |item| item.name.as_ref().map(|name| name.key.as_str())))
            .bind(column(items, |item| item.name.as_ref().map(|name| name.line.as_str())))
            .bind(column(items, |item| item.changes.number.as_ref().map(Number::as_str)))
            .bind(column(items, |item| item.number.as_ref().map(|number| number.lines.as_str())))
            .bind(column(items, |item| item.number.as_ref().map(|number| number.info.kind.as_str())))
            .bind(column(items, |item| item.e164()))
            .bind(column(items, |item| item.region.as_ref().map(Region::as_str)))
            .bind(column(items, |item| item.changes.channel.as_ref().map(Channel::as_str)))
            .bind(column(items, |item| group_bytes(item.changes.group_id.as_ref())))
            .bind(column(items, |item| item.changes.transaction.survey_id.is_some()))
            .bind(column(items, |item| object_bytes(item.survey())))
            .bind(column(items, |item| item.changes.transaction.survey_sort_id.is_some()))
            .bind(column(items, |item| item.sort().and_then(SurveySortId::integer)))
            .bind(column(items, |item| item.sort().and_then(SurveySortId::text)))
            .bind(column(items, |item| item.at.to_utc()))
            .fetch_all(connection)
            .await?;
        let mut outcomes: Vec<Result<Outcome<ContactUpdate>>> = items.iter().map(|_| Ok(Outcome::Busy)).collect();
        for row in &rows {
            let place = place(row, CONTACT_COLUMNS)?;
            let (Some(item), Some(outcome)) = (items.get(place), outcomes.get_mut(place)) else {
                return Err(corrupt("place"));
            };
            *outcome = item.outcome(row).map_err(store_error);
        }
        Ok(outcomes)
    }
}
