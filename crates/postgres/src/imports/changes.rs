//! What an import did to contacts: recorded with each step, gone through when it is undone.

use roster_domain::values::{Channel, ContactName, Number};
use roster_domain::{
    Claim, Contact, ContactChanges, ImportChange, ImportChanges, LeftAlone, SurveySortId, TransactionChanges,
    UndoableChange, Version,
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::batches::write::sort;
use crate::error::corrupt;
use crate::keys::object_bytes;
use crate::rows::{id, survey_sort};

/// Records what a step did. Of a contact that an earlier one has done something to, what was before that stays.
pub(super) async fn record(connection: &mut PgConnection, claim: &Claim, changes: &ImportChanges) -> sqlx::Result<()> {
    if changes.0.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO import_changes (user_id, import_id, contact_id, contact_created_at, contact_revision, is_new, \
                                     group_id, name, number, channel, survey_id, survey_sort_integer, \
                                     survey_sort_text) \
         SELECT $1, $2, k.* \
         FROM unnest($3::bytea[], $4::timestamptz[], $5::bigint[], $6::boolean[], $7::bytea[], $8::text[], \
                     $9::text[], $10::text[], $11::bytea[], $12::bigint[], $13::text[]) AS k \
         ON CONFLICT (user_id, import_id, contact_id) DO UPDATE \
         SET contact_created_at = excluded.contact_created_at, contact_revision = excluded.contact_revision",
        claim.user.as_bytes().as_slice(),
        Uuid::from(claim.import.id),
        &changes.0.keys().map(|id| id.as_bytes().as_slice()).collect::<Vec<_>>() as &[&[u8]],
        &column(changes, |change| change.version.created_at.to_utc()),
        &column(changes, |change| change.version.revision),
        &column(changes, |change| change.before.is_none()),
        &before(changes, |contact| Some(contact.group_id.as_bytes().as_slice())) as &[Option<&[u8]>],
        &before(changes, |contact| Some(contact.name.as_str())) as &[Option<&str>],
        &before(changes, |contact| Some(contact.number.as_str())) as &[Option<&str>],
        &before(changes, |contact| Some(contact.channel.as_str())) as &[Option<&str>],
        &before(changes, |contact| object_bytes(contact.transaction.survey_id.as_ref())) as &[Option<&[u8]>],
        &before(changes, |contact| sort(contact).and_then(SurveySortId::integer)) as &[Option<i64>],
        &before(changes, |contact| sort(contact).and_then(SurveySortId::text)) as &[Option<&str>],
    )
    .persistent(false)
    .execute(connection)
    .await?;
    Ok(())
}

/// One column of them, as an array.
fn column<'a, T>(changes: &'a ImportChanges, value: impl Fn(&'a ImportChange) -> T) -> Vec<T> {
    changes.0.values().map(value).collect()
}

/// The same of what was before.
fn before<'a, T>(changes: &'a ImportChanges, value: impl Fn(&'a Contact) -> Option<T>) -> Vec<Option<T>> {
    column(changes, |change| change.before.as_ref().and_then(&value))
}

/// Some of them, by id, behind this one.
pub(super) async fn some_behind(
    connection: &mut PgConnection,
    claim: &Claim,
    after: &[u8],
    limit: usize,
) -> sqlx::Result<Vec<UndoableChange>> {
    let rows = sqlx::query!(
        "SELECT contact_id, contact_created_at, contact_revision, group_id, name, number, channel, survey_id, \
                survey_sort_integer, survey_sort_text \
         FROM import_changes WHERE user_id = $1 AND import_id = $2 AND contact_id > $3 ORDER BY contact_id LIMIT $4",
        claim.user.as_bytes().as_slice(),
        Uuid::from(claim.import.id),
        after,
        limit as i64,
    )
    .fetch_all(connection)
    .await?;
    let changes = rows.into_iter().map(|row| {
        let version = Version { created_at: row.contact_created_at.into(), revision: row.contact_revision };
        let contact = id(&row.contact_id, "import_changes.contact_id")?;
        let back = match (row.group_id, row.name, row.number, row.channel) {
            (Some(group), Some(name), Some(number), Some(channel)) => {
                let survey_id = row.survey_id.map(|bytes| id(&bytes, "import_changes.survey_id")).transpose()?;
                let survey_sort_id = survey_sort(row.survey_sort_integer, row.survey_sort_text)?;
                Some(ContactChanges {
                    name: Some(ContactName::from_stored(name)),
                    number: Some(Number::from_stored(number)),
                    group_id: Some(id(&group, "import_changes.group_id")?),
                    channel: Some(Channel::from_stored(&channel)),
                    transaction: TransactionChanges {
                        survey_id: Some(survey_id),
                        survey_sort_id: Some(survey_sort_id),
                    },
                })
            }
            (None, None, None, None) => None,
            _ => return Err(corrupt("import_changes")),
        };
        Ok(UndoableChange { contact, version, back })
    });
    changes.collect()
}

/// Notes those that weren't undone, or not quite.
pub(super) async fn note_left(connection: &mut PgConnection, claim: &Claim, left: &[LeftAlone]) -> sqlx::Result<()> {
    if left.is_empty() {
        return Ok(());
    }
    let ids: Vec<&[u8]> = left.iter().map(|left| left.contact.as_bytes().as_slice()).collect();
    let reasons: Vec<&str> = left.iter().map(|left| left.reason.as_str()).collect();
    sqlx::query!(
        "WITH meant AS MATERIALIZED ( \
             SELECT $1::bytea AS user_id, $2::uuid AS import_id, k.* \
             FROM unnest($3::bytea[], $4::text[]) AS k (contact_id, reason) \
         ) \
         UPDATE import_changes c SET left_alone = meant.reason FROM meant \
         WHERE c.user_id = meant.user_id AND c.import_id = meant.import_id AND c.contact_id = meant.contact_id",
        claim.user.as_bytes().as_slice(),
        Uuid::from(claim.import.id),
        &ids as &[&[u8]],
        &reasons as &[&str],
    )
    .persistent(false)
    .execute(connection)
    .await?;
    Ok(())
}
