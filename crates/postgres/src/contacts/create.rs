//! Making one contact.

use roster_domain::ports::ContactCreation;
use roster_domain::values::SurveySortId;
use roster_domain::{Contact, NewContact, Scope};
use sqlx::PgPool;

use crate::error::{Violation, violation};
use crate::keys::object_bytes;
use crate::rows::ContactRow;

/// How often a default group may vanish between being found and being used.
const ATTEMPTS: usize = 5;

pub(super) async fn create(pool: PgPool, scope: Scope, contact: NewContact) -> sqlx::Result<ContactCreation> {
    for _ in 1..ATTEMPTS {
        match insert(&pool, &scope, &contact).await {
            // The default group was deleted in between, so by now another one is the default.
            Err(error) if contact.group_id.is_none() && violation(&error) == Some(Violation::UnknownGroup) => {}
            outcome => return creation(outcome, &contact),
        }
    }
    creation(insert(&pool, &scope, &contact).await, &contact)
}

fn creation(outcome: sqlx::Result<Option<ContactRow>>, contact: &NewContact) -> sqlx::Result<ContactCreation> {
    let given = contact.group_id.is_some();
    match outcome {
        Ok(Some(row)) => Contact::try_from(row).map(ContactCreation::Done),
        Ok(None) if given => Ok(ContactCreation::UnknownGroup),
        Ok(None) => Ok(ContactCreation::ClientGone),
        Err(error) if given && violation(&error) == Some(Violation::UnknownGroup) => Ok(ContactCreation::UnknownGroup),
        Err(error) => Err(error),
    }
}

/// The statement that makes a contact in the group found by this condition. Each has its own index, which an `OR` over
/// all four would not use.
macro_rules! insert_into {
    ($group:tt, $contact:expr, $user:expr $(, $argument:expr)* $(,)?) => {{
        let contact: &NewContact = $contact;
        let transaction = &contact.transaction;
        let (integer, text) = match &transaction.survey_sort_id {
            None => (None, None),
            Some(SurveySortId::Integer(integer)) => (Some(*integer), None),
            Some(SurveySortId::Text(text)) => (None, Some(text.as_str())),
        };
        sqlx::query_as!(
            ContactRow,
            "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, survey_id, \
                                   survey_sort_integer, survey_sort_text, created_at, updated_at, legacy_version, \
                                   revision) \
             SELECT g.user_id, $2, g.client_id, g.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0 \
             FROM contact_groups g WHERE g.user_id = $1 AND " + $group + " \
             RETURNING id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, \
                       survey_sort_text, created_at, updated_at, legacy_version, revision",
            $user,
            contact.id.as_bytes().as_slice(),
            contact.name.as_str(),
            contact.number.as_str(),
            contact.channel.as_str(),
            object_bytes(transaction.survey_id.as_ref()),
            integer,
            text,
            contact.created_at.to_utc(),
            contact.updated_at.to_utc(),
            contact.legacy_version
            $(, $argument)*
        )
    }};
}

async fn insert(pool: &PgPool, scope: &Scope, contact: &NewContact) -> sqlx::Result<Option<ContactRow>> {
    let user = scope.user();
    let user = user.as_bytes().as_slice();
    match (scope.client(), contact.group_id) {
        (Some(client), Some(group)) => {
            let (client, group) = (client.as_bytes().as_slice(), group.as_bytes().as_slice());
            insert_into!("g.id = $12 AND g.client_id = $13", contact, user, group, client).fetch_optional(pool).await
        }
        (None, Some(group)) => {
            insert_into!("g.id = $12", contact, user, group.as_bytes().as_slice()).fetch_optional(pool).await
        }
        (Some(client), None) => {
            let client = client.as_bytes().as_slice();
            insert_into!("g.client_id = $12 AND g.is_default", contact, user, client).fetch_optional(pool).await
        }
        (None, None) => {
            insert_into!(
                "g.client_id = (SELECT c.id FROM clients c WHERE c.user_id = $1 AND c.is_default) AND g.is_default",
                contact,
                user,
            )
            .fetch_optional(pool)
            .await
        }
    }
}
