//! One contact, with what its number is.
//!
//! While a client's contacts are derived anew, what stands in the row may be of the region before; so what is answered
//! is derived on the spot, which takes microseconds.

use roster_domain::values::Region;
use roster_domain::{Contact, ContactId, NumberInfo, Scope};
use sqlx::{FromRow, PgPool, Row};

use crate::keys::client_bytes;
use crate::rows::ContactRow;

const STATEMENT: &str = "\
SELECT c.id, c.client_id, c.group_id, c.name, c.number, c.channel, c.survey_id, c.survey_sort_integer, \
       c.survey_sort_text, c.created_at, c.updated_at, c.legacy_version, c.revision, k.region \
FROM contacts c JOIN clients k ON k.user_id = c.user_id AND k.id = c.client_id \
WHERE c.user_id = $1 AND c.id = $2 AND c.client_id = COALESCE($3, c.client_id)";

pub(super) async fn get(pool: PgPool, scope: Scope, id: ContactId) -> sqlx::Result<Option<(Contact, NumberInfo)>> {
    let (user, client) = (scope.user(), scope.client());
    let row = sqlx::query(STATEMENT)
        .bind(user.as_bytes().as_slice())
        .bind(id.as_bytes().as_slice())
        .bind(client_bytes(client.as_ref()))
        .fetch_optional(&pool)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let contact = Contact::try_from(ContactRow::from_row(&row)?)?;
    let region = row.try_get::<Option<String>, _>("region")?.map(Region::from_stored);
    let info = NumberInfo::derive(&contact.number, region.as_ref());
    Ok(Some((contact, info)))
}
