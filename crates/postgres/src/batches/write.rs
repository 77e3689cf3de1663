//! Writing what a batch comes to: a statement for all rows that go, one for all that come, one for all that change.

use roster_domain::values::E164;
use roster_domain::{Contact, Derived, Plan, SurveySortId, UserId};
use sqlx::PgConnection;

use crate::contacts::delete_by_ids;
use crate::keys::object_bytes;

pub(crate) type Rows = [(Contact, Derived)];

/// `false`: some of the ids of new contacts are taken, and nothing may be committed.
pub(crate) async fn all(connection: &mut PgConnection, user: UserId, plan: &Plan) -> sqlx::Result<bool> {
    if !plan.deletes.is_empty() {
        let ids: Vec<&[u8]> = plan.deletes.iter().map(|id| id.as_bytes().as_slice()).collect();
        delete_by_ids(&mut *connection, user, &ids).await?;
    }
    if !plan.inserts.is_empty() && !insert(&mut *connection, user, &plan.inserts).await? {
        return Ok(false);
    }
    if !plan.updates.is_empty() {
        update(connection, user, &plan.updates).await?;
    }
    Ok(true)
}

/// Whether all were new.
async fn insert(connection: &mut PgConnection, user: UserId, rows: &Rows) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, survey_id, \
                               survey_sort_integer, survey_sort_text, created_at, updated_at, legacy_version, \
                               revision, number_kind, e164, name_key, search_key) \
         SELECT $1, k.* \
         FROM unnest($2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::bytea[], \
                     $9::bigint[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::bigint[], $14::bigint[], \
                     $15::text[], $16::text[], $17::text[], $18::text[]) AS k \
         ON CONFLICT (user_id, id) DO NOTHING",
        user.as_bytes().as_slice(),
        &column(rows, |contact, _| contact.id.as_bytes().as_slice()) as &[&[u8]],
        &column(rows, |contact, _| contact.client_id.as_bytes().as_slice()) as &[&[u8]],
        &column(rows, |contact, _| contact.group_id.as_bytes().as_slice()) as &[&[u8]],
        &column(rows, |contact, _| contact.name.as_str()) as &[&str],
        &column(rows, |contact, _| contact.number.as_str()) as &[&str],
        &column(rows, |contact, _| contact.channel.as_str()) as &[&str],
        &column(rows, |contact, _| object_bytes(contact.transaction.survey_id.as_ref())) as &[Option<&[u8]>],
        &column(rows, |contact, _| sort(contact).and_then(SurveySortId::integer)) as &[Option<i64>],
        &column(rows, |contact, _| sort(contact).and_then(SurveySortId::text)) as &[Option<&str>],
        &column(rows, |contact, _| contact.created_at.to_utc()),
        &column(rows, |contact, _| contact.updated_at.to_utc()),
        &column(rows, |contact, _| contact.legacy_version),
        &column(rows, |contact, _| contact.revision),
        &column(rows, |_, derived| derived.number.kind.as_str()) as &[&str],
        &column(rows, |_, derived| derived.number.e164.as_ref().map(E164::as_str)) as &[Option<&str>],
        &column(rows, |_, derived| derived.name_key.as_str()) as &[&str],
        &column(rows, |_, derived| derived.search_key.as_str()) as &[&str],
    )
    .persistent(false)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == rows.len() as u64)
}

/// All there is of a contact but its client: it may be one that was made anew under the id of one that went.
async fn update(connection: &mut PgConnection, user: UserId, rows: &Rows) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH meant AS MATERIALIZED ( \
             SELECT $1::bytea AS user_id, k.* \
             FROM unnest($2::bytea[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bigint[], \
                         $9::text[], $10::timestamptz[], $11::timestamptz[], $12::bigint[], $13::bigint[], \
                         $14::text[], $15::text[], $16::text[], $17::text[]) \
                  AS k (id, group_id, name, number, channel, survey_id, survey_sort_integer, survey_sort_text, \
                        created_at, updated_at, legacy_version, revision, number_kind, e164, name_key, search_key) \
         ) \
         UPDATE contacts c \
         SET group_id = meant.group_id, name = meant.name, number = meant.number, channel = meant.channel, \
             survey_id = meant.survey_id, survey_sort_integer = meant.survey_sort_integer, \
             survey_sort_text = meant.survey_sort_text, created_at = meant.created_at, \
             updated_at = meant.updated_at, legacy_version = meant.legacy_version, revision = meant.revision, \
             number_kind = meant.number_kind, e164 = meant.e164, name_key = meant.name_key, \
             search_key = meant.search_key \
         FROM meant WHERE c.user_id = meant.user_id AND c.id = meant.id",
        user.as_bytes().as_slice(),
        &column(rows, |contact, _| contact.id.as_bytes().as_slice()) as &[&[u8]],
        &column(rows, |contact, _| contact.group_id.as_bytes().as_slice()) as &[&[u8]],
        &column(rows, |contact, _| contact.name.as_str()) as &[&str],
        &column(rows, |contact, _| contact.number.as_str()) as &[&str],
        &column(rows, |contact, _| contact.channel.as_str()) as &[&str],
        &column(rows, |contact, _| object_bytes(contact.transaction.survey_id.as_ref())) as &[Option<&[u8]>],
        &column(rows, |contact, _| sort(contact).and_then(SurveySortId::integer)) as &[Option<i64>],
        &column(rows, |contact, _| sort(contact).and_then(SurveySortId::text)) as &[Option<&str>],
        &column(rows, |contact, _| contact.created_at.to_utc()),
        &column(rows, |contact, _| contact.updated_at.to_utc()),
        &column(rows, |contact, _| contact.legacy_version),
        &column(rows, |contact, _| contact.revision),
        &column(rows, |_, derived| derived.number.kind.as_str()) as &[&str],
        &column(rows, |_, derived| derived.number.e164.as_ref().map(E164::as_str)) as &[Option<&str>],
        &column(rows, |_, derived| derived.name_key.as_str()) as &[&str],
        &column(rows, |_, derived| derived.search_key.as_str()) as &[&str],
    )
    .persistent(false)
    .execute(connection)
    .await?;
    Ok(())
}

/// One column of the rows, as an array.
pub(crate) fn column<'a, T>(rows: &'a Rows, value: impl Fn(&'a Contact, &'a Derived) -> T) -> Vec<T> {
    rows.iter().map(|(contact, derived)| value(contact, derived)).collect()
}

/// Its place in a survey.
pub(crate) fn sort(contact: &Contact) -> Option<&SurveySortId> {
    contact.transaction.survey_sort_id.as_ref()
}
