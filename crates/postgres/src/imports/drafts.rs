//! Contacts as a dry run would have left them. They stand before those that are stored, for the import's own steps.

use std::collections::HashSet;

use roster_domain::{Claim, Contact, Lookup, Plan, SurveySortId};
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{PgConnection, Postgres};
use uuid::Uuid;

use crate::batches::hold::seen;
use crate::batches::write::{Rows, column, sort};
use crate::columns::contact_columns;
use crate::keys::object_bytes;
use crate::rows::{self, ContactRow};

/// What a step of a dry run speaks of, as its earlier steps would have left it. Nothing is held: it won't be written.
pub(super) async fn contacts(
    connection: &mut PgConnection,
    claim: &Claim,
    lookup: &Lookup,
) -> sqlx::Result<Vec<Contact>> {
    let ids: Vec<&[u8]> = lookup.ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let mut found: Vec<ContactRow> = with_ids(claim, &ids).fetch_all(&mut *connection).await?;
    let drafted: HashSet<Vec<u8>> = found.iter().map(|row| row.id.clone()).collect();
    let stored = seen(&mut *connection, claim.user, &ids).await?;
    found.extend(stored.into_iter().filter(|row| !drafted.contains(&row.id)));
    if !lookup.numbers.is_empty() {
        let beside: Vec<Vec<u8>> = found.iter().map(|row| row.id.clone()).collect();
        let drafts = with_numbers(DRAFTED_WITH_NUMBERS, claim, lookup, &beside);
        found.extend(drafts.fetch_all(&mut *connection).await?);
        let untouched = with_numbers(UNTOUCHED_WITH_NUMBERS, claim, lookup, &beside);
        let client = claim.import.client_id;
        found.extend(untouched.bind(client.as_bytes().as_slice()).fetch_all(connection).await?);
    }
    rows::all(found)
}

/// `$keys`: what is looked up; `$found`: where, and what says where in its index each begins and ends.
macro_rules! looked_up {
    ($keys:literal, $found:literal) => {
        concat!(
            "SELECT m.* FROM unnest($3::",
            $keys,
            ") AS k (key) CROSS JOIN LATERAL (SELECT ",
            contact_columns!("c"),
            " FROM ",
            $found,
            ") m"
        )
    };
}

const DRAFTED_WITH_IDS: &str = looked_up!(
    "bytea[]",
    "import_drafts c WHERE c.user_id = $1 AND c.import_id = $2 AND c.id >= k.key AND c.id <= k.key ORDER BY c.id"
);

/// Beside those: each is passed over once at most, since it has one number.
const DRAFTED_WITH_NUMBERS: &str = looked_up!(
    "text[]",
    "import_drafts c WHERE c.user_id = $1 AND c.import_id = $2 AND c.match_key >= k.key AND c.match_key <= k.key \
         AND c.id <> ALL ($5::bytea[]) \
     ORDER BY c.match_key, c.id LIMIT $4"
);

/// The same of contacts that the dry run leaves as they are: what it has drafts of is passed over as well, since that may
/// have another number by now.
const UNTOUCHED_WITH_NUMBERS: &str = looked_up!(
    "text[]",
    "contacts c WHERE c.user_id = $1 AND c.client_id = $6 \
         AND (COALESCE(c.e164, c.number) COLLATE \"C\") >= k.key \
         AND (COALESCE(c.e164, c.number) COLLATE \"C\") <= k.key \
         AND c.id <> ALL ($5::bytea[]) \
         AND ( \
             SELECT d.id FROM import_drafts d \
             WHERE d.user_id = $1 AND d.import_id = $2 AND d.id >= c.id AND d.id <= c.id ORDER BY d.id LIMIT 1 \
         ) IS NULL \
     ORDER BY (COALESCE(c.e164, c.number) COLLATE \"C\"), c.id LIMIT $4"
);

/// A statement that looks contacts up, and what it is told.
type LookUp<'q> = QueryAs<'q, Postgres, ContactRow, PgArguments>;

fn with_ids<'q>(claim: &Claim, ids: &'q [&'q [u8]]) -> LookUp<'q> {
    of_import(DRAFTED_WITH_IDS, claim).bind(ids)
}

fn with_numbers<'q>(statement: &'static str, claim: &Claim, lookup: &'q Lookup, beside: &'q [Vec<u8>]) -> LookUp<'q> {
    of_import(statement, claim).bind(&lookup.numbers).bind(Lookup::MOST_OF_A_NUMBER as i64).bind(beside)
}

fn of_import<'q>(statement: &'static str, claim: &Claim) -> LookUp<'q> {
    sqlx::query_as(statement).bind(claim.user.as_bytes().to_vec()).bind(Uuid::from(claim.import.id)).persistent(false)
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
        &column(rows, |contact, derived| derived.number.match_key(&contact.number)) as &[&str],
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
