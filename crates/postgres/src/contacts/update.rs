//! Changing one contact.

use roster_domain::ports::ContactUpdate;
use roster_domain::values::{Channel, ContactName, Number, SurveySortId};
use roster_domain::{Contact, ContactChanges, ContactId, Scope, Timestamp};
use sqlx::PgPool;

use super::single;
use crate::error::{Violation, violation};
use crate::keys::{client_bytes, group_bytes, object_bytes};
use crate::rows::ContactRow;
use crate::transaction::again;

pub(super) async fn update(
    pool: PgPool,
    scope: Scope,
    id: ContactId,
    changes: ContactChanges,
    at: Timestamp,
) -> sqlx::Result<ContactUpdate> {
    // The contact is locked before the group it moves to, unlike where a group or a client goes.
    match again(|| write(&pool, &scope, id, &changes, at)).await {
        Ok(Some(row)) => return Contact::try_from(row).map(ContactUpdate::Done),
        // Nothing differs, or there is no such contact.
        Ok(None) => {}
        Err(error) if violation(&error) == Some(Violation::UnknownGroup) => return Ok(ContactUpdate::UnknownGroup),
        Err(error) => return Err(error),
    }
    // A statement of its own, since the one above may have waited for a change that it didn't see when it began.
    Ok(single::get(pool, scope, id).await?.map_or(ContactUpdate::Absent, ContactUpdate::Done))
}

/// One statement: what isn't given keeps the value it has when the row is locked, so two changes of different members
/// never undo one another; and where nothing differs then, nothing is written.
async fn write(
    pool: &PgPool,
    scope: &Scope,
    id: ContactId,
    changes: &ContactChanges,
    at: Timestamp,
) -> sqlx::Result<Option<ContactRow>> {
    let (user, client) = (scope.user(), scope.client());
    let transaction = &changes.transaction;
    let (integer, text) = match &transaction.survey_sort_id {
        None | Some(None) => (None, None),
        Some(Some(SurveySortId::Integer(integer))) => (Some(*integer), None),
        Some(Some(SurveySortId::Text(text))) => (None, Some(text.as_str())),
    };
    sqlx::query_as!(
        ContactRow,
        "UPDATE contacts \
         SET name = COALESCE($4, name), number = COALESCE($5, number), channel = COALESCE($6, channel), \
             group_id = COALESCE($7, group_id), \
             survey_id = CASE WHEN $8 THEN $9 ELSE survey_id END, \
             survey_sort_integer = CASE WHEN $10 THEN $11 ELSE survey_sort_integer END, \
             survey_sort_text = CASE WHEN $10 THEN $12 ELSE survey_sort_text END, \
             updated_at = $13, revision = revision + 1 \
         WHERE user_id = $1 AND id = $2 AND client_id = COALESCE($3, client_id) \
           AND (name, number, channel, group_id, survey_id, survey_sort_integer, survey_sort_text) \
               IS DISTINCT FROM \
               (COALESCE($4, name), COALESCE($5, number), COALESCE($6, channel), COALESCE($7, group_id), \
                CASE WHEN $8 THEN $9 ELSE survey_id END, \
                CASE WHEN $10 THEN $11 ELSE survey_sort_integer END, \
                CASE WHEN $10 THEN $12 ELSE survey_sort_text END) \
         RETURNING id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, survey_sort_text, \
                   created_at, updated_at, legacy_version, revision",
        user.as_bytes().as_slice(),
        id.as_bytes().as_slice(),
        client_bytes(client.as_ref()),
        changes.name.as_ref().map(ContactName::as_str),
        changes.number.as_ref().map(Number::as_str),
        changes.channel.as_ref().map(Channel::as_str),
        group_bytes(changes.group_id.as_ref()),
        transaction.survey_id.is_some(),
        object_bytes(transaction.survey_id.as_ref().and_then(Option::as_ref)),
        transaction.survey_sort_id.is_some(),
        integer,
        text,
        at.to_utc(),
    )
    .fetch_optional(pool)
    .await
}
