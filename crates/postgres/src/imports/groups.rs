//! Groups that an import makes.

use std::time::Duration;

use roster_domain::ports::{STEP_ROWS, Worked};
use roster_domain::{Claim, ContactGroup, GroupId, NewGroup, Timestamp};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lease::held_set;
use crate::groups::{insert, lock_client};
use crate::rows::id;
use crate::transaction::begin_patient;

/// In a dry run it is only noted.
pub(super) async fn create(
    pool: &PgPool,
    statement_timeout: Duration,
    claim: &Claim,
    group: &NewGroup,
    lease_until: Timestamp,
) -> sqlx::Result<Worked<ContactGroup>> {
    let (user, client) = (claim.user, claim.import.client_id);
    let mut transaction = begin_patient(pool, statement_timeout).await?;
    if lock_client(&mut transaction, user, Some(client)).await?.is_none() {
        return Ok(Worked::ClientGone);
    }
    let made = match claim.import.is_dry_run {
        true => group.made_in(client),
        false => insert(&mut transaction, user, client, group, false).await?.try_into()?,
    };
    sqlx::query!(
        "INSERT INTO import_groups (user_id, import_id, group_id) VALUES ($1, $2, $3)",
        user.as_bytes().as_slice(),
        Uuid::from(claim.import.id),
        group.id.as_bytes().as_slice(),
    )
    .execute(&mut *transaction)
    .await?;
    let held = held_set!("lease_until = $4", "state = 'running'", claim, lease_until.to_utc());
    if held.fetch_optional(&mut *transaction).await?.is_none() {
        return Ok(Worked::Lost);
    }
    transaction.commit().await?;
    Ok(Worked::Done(made))
}

/// Those of these groups that it made, or would make.
pub(super) async fn noted(
    connection: &mut PgConnection,
    claim: &Claim,
    groups: &[GroupId],
) -> sqlx::Result<Vec<GroupId>> {
    let groups: Vec<&[u8]> = groups.iter().map(|id| id.as_bytes().as_slice()).collect();
    let noted = sqlx::query_scalar!(
        "SELECT m.group_id FROM unnest($3::bytea[]) AS k (id) CROSS JOIN LATERAL ( \
             SELECT g.group_id FROM import_groups g \
             WHERE g.user_id = $1 AND g.import_id = $2 AND g.group_id >= k.id AND g.group_id <= k.id \
             ORDER BY g.group_id \
         ) m",
        claim.user.as_bytes().as_slice(),
        Uuid::from(claim.import.id),
        &groups as &[&[u8]],
    )
    .persistent(false)
    .fetch_all(connection)
    .await?;
    noted.iter().map(|group| id(group, "import_groups.group_id")).collect()
}

/// Removes some of those that it made, if nobody has come to use them; they were made by it no more. Whether there may
/// be others. The client is locked.
pub(super) async fn remove_some(connection: &mut PgConnection, claim: &Claim) -> sqlx::Result<bool> {
    let (user, client) = (claim.user.as_bytes().as_slice(), claim.import.client_id.as_bytes().as_slice());
    let made = sqlx::query_scalar!(
        "WITH step AS MATERIALIZED ( \
             SELECT user_id, import_id, group_id FROM import_groups WHERE user_id = $1 AND import_id = $2 \
             ORDER BY group_id LIMIT $3 \
         ) \
         DELETE FROM import_groups g USING step \
         WHERE g.user_id = step.user_id AND g.import_id = step.import_id AND g.group_id = step.group_id \
         RETURNING g.group_id",
        user,
        Uuid::from(claim.import.id),
        STEP_ROWS as i64,
    )
    .fetch_all(&mut *connection)
    .await?;
    // Locked wholly: no contact comes into them any more, and those that were on their way are in them.
    let closed = sqlx::query_scalar!(
        "SELECT m.id FROM unnest($3::bytea[]) AS k (id) CROSS JOIN LATERAL ( \
             SELECT g.id FROM contact_groups g \
             WHERE g.user_id = $1 AND g.client_id = $2 AND g.id = k.id AND g.revision = 0 AND NOT g.is_default \
             FOR UPDATE \
         ) m",
        user,
        client,
        &made,
    )
    .persistent(false)
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!(
        "WITH meant AS MATERIALIZED ( \
             SELECT $1::bytea AS user_id, k.id FROM unnest($3::bytea[]) AS k (id) \
             WHERE NOT EXISTS ( \
                 SELECT FROM contacts c WHERE c.user_id = $1 AND c.client_id = $2 AND c.group_id = k.id \
             ) \
         ) \
         DELETE FROM contact_groups g USING meant WHERE g.user_id = meant.user_id AND g.id = meant.id",
        user,
        client,
        &closed,
    )
    .persistent(false)
    .execute(connection)
    .await?;
    Ok(made.len() == STEP_ROWS)
}
