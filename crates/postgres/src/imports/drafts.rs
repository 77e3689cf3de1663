//! Contacts as a dry run would have left them. They stand before those that are stored, for the import's own steps.

use std::collections::HashMap;

use roster_domain::values::E164;
use roster_domain::{Claim, Contact, ContactId, Lookup, Plan, SurveySortId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::batches::hold::contacts_unlocked;
use crate::batches::write::{Rows, column, sort};
use crate::columns::contact_columns;
use crate::keys::object_bytes;
use crate::rows::ContactRow;

/// What a step of a dry run speaks of: what is stored, and before it what its earlier steps would have stored.
pub(super) async fn contacts(
    connection: &mut PgConnection,
    claim: &Claim,
    lookup: &Lookup,
) -> sqlx::Result<Vec<Contact>> {
    let stored = contacts_unlocked(&mut *connection, claim.user, claim.import.client_id, lookup).await?;
    let mut found: HashMap<ContactId, Contact> = stored.into_iter().map(|contact| (contact.id, contact)).collect();
    let mut ids: Vec<ContactId> = found.keys().chain(&lookup.ids).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut drafts = with_ids(&mut *connection, claim, &ids).await?;
    drafts.extend(with_numbers(connection, claim, &lookup.numbers).await?);
    for draft in drafts {
        let draft = Contact::try_from(draft)?;
        found.insert(draft.id, draft);
    }
    Ok(found.into_values().collect())
}

/// `$keys`: what is looked up; `$found`: what says where in its index each begins and ends.
macro_rules! drafts {
    ($keys:literal, $found:literal) => {
        concat!(
            "SELECT m.* FROM unnest($3::",
            $keys,
            ") AS k (key) CROSS JOIN LATERAL (SELECT ",
            contact_columns!("d"),
            " FROM import_drafts d WHERE d.user_id = $1 AND d.import_id = $2 AND ",
            $found,
            ") m"
        )
    };
}

const WITH_IDS: &str = drafts!("bytea[]", "d.id >= k.key AND d.id <= k.key ORDER BY d.id");
const WITH_NUMBERS: &str =
    drafts!("text[]", "d.match_key >= k.key AND d.match_key <= k.key ORDER BY d.match_key, d.id LIMIT $4");

async fn with_ids(connection: &mut PgConnection, claim: &Claim, ids: &[ContactId]) -> sqlx::Result<Vec<ContactRow>> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    sqlx::query_as(WITH_IDS)
        .bind(claim.user.as_bytes().as_slice())
        .bind(Uuid::from(claim.import.id))
        .bind(ids)
        .persistent(false)
        .fetch_all(connection)
        .await
}

async fn with_numbers(
    connection: &mut PgConnection,
    claim: &Claim,
    numbers: &[String],
) -> sqlx::Result<Vec<ContactRow>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as(WITH_NUMBERS)
        .bind(claim.user.as_bytes().as_slice())
        .bind(Uuid::from(claim.import.id))
        .bind(numbers)
        .bind(Lookup::MOST_OF_A_NUMBER as i64)
        .persistent(false)
        .fetch_all(connection)
        .await
}

/// Keeps what the plan would write.
pub(super) async fn write(connection: &mut PgConnection, claim: &Claim, plan: &Plan) -> sqlx::Result<()> {
    for rows in [&plan.inserts, &plan.updates] {
        if !rows.is_empty() {
            upsert(&mut *connection, claim, rows).await?;
        }
    }
    Ok(())
}

async fn upsert(connection: &mut PgConnection, claim: &Claim, rows: &Rows) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO import_drafts (user_id, import_id, id, match_key, client_id, group_id, name, number, channel, \
                                    survey_id, survey_sort_integer, survey_sort_text, created_at, updated_at, \
                                    legacy_version, revision) \
         SELECT $1, $2, k.* \
         FROM unnest($3::bytea[], $4::text[], $5::bytea[], $6::bytea[], $7::text[], $8::text[], $9::text[], \
                     $10::bytea[], $11::bigint[], $12::text[], $13::timestamptz[], $14::timestamptz[], \
                     $15::bigint[], $16::bigint[]) AS k \
         ON CONFLICT (user_id, import_id, id) DO UPDATE \
         SET match_key = excluded.match_key, group_id = excluded.group_id, name = excluded.name, \
             number = excluded.number, channel = excluded.channel, survey_id = excluded.survey_id, \
             survey_sort_integer = excluded.survey_sort_integer, survey_sort_text = excluded.survey_sort_text, \
             created_at = excluded.created_at, updated_at = excluded.updated_at, \
             legacy_version = excluded.legacy_version, revision = excluded.revision",
        claim.user.as_bytes().as_slice(),
        Uuid::from(claim.import.id),
        &column(rows, |contact, _| contact.id.as_bytes().as_slice()) as &[&[u8]],
        &column(rows, |contact, derived| { derived.number.e164.as_ref().map_or(contact.number.as_str(), E164::as_str) })
            as &[&str],
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
    )
    .persistent(false)
    .execute(connection)
    .await?;
    Ok(())
}
