//! Taking an import to work on.

use chrono::{DateTime, Utc};
use roster_domain::values::Region;
use roster_domain::{Claim, Import, Lease, Timestamp};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::discard::discard;
use super::row::import_rows;
use crate::rows::id;
use crate::transaction::begin;

/// Those who take imports come one after the other: each counts what those before have taken.
const TAKING: i64 = 0x0069_6d70_6f72_7473;

pub(super) async fn claim(pool: &PgPool, now: Timestamp, lease: Lease, at_once: u32) -> sqlx::Result<Option<Claim>> {
    let mut transaction = begin(pool).await?;
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", TAKING).execute(&mut *transaction).await?;
    let mut claim = None;
    while let Some(ready) = first_ready(&mut transaction, now, at_once).await? {
        claim = take(&mut transaction, &ready, now, lease).await?;
        if claim.is_some() {
            break;
        }
    }
    transaction.commit().await?;
    Ok(claim)
}

/// An import whose turn it is, as it was found.
struct Ready {
    user_id: Vec<u8>,
    id: Uuid,
    state: String,
    lease_until: Option<DateTime<Utc>>,
}

/// Direct ones only to be undone: whoever works on one has its rows.
async fn first_ready(connection: &mut PgConnection, now: Timestamp, at_once: u32) -> sqlx::Result<Option<Ready>> {
    sqlx::query_as!(
        Ready,
        "SELECT user_id, id, state, lease_until FROM ( \
             SELECT user_id, id, source, state, lease_until, created_at, \
                    count(*) FILTER (WHERE state IN ('running', 'undoing') AND lease_until > $1) \
                        OVER (PARTITION BY user_id) AS under_way \
             FROM imports WHERE state IN ('receiving', 'waiting', 'running', 'undoing') \
         ) open \
         WHERE under_way < $2 AND ( \
             state = 'waiting' OR state = 'running' AND source = 'staged' AND lease_until <= $1 \
             OR state = 'undoing' AND (lease_until IS NULL OR lease_until <= $1) \
         ) \
         ORDER BY under_way, created_at, id LIMIT 1",
        now.to_utc(),
        i64::from(at_once),
    )
    .fetch_optional(connection)
    .await
}

/// `None`: it isn't as it was found any more, or its client is gone, and it goes as well.
async fn take(
    connection: &mut PgConnection,
    ready: &Ready,
    now: Timestamp,
    lease: Lease,
) -> sqlx::Result<Option<Claim>> {
    let taken = import_rows!(
        ("UPDATE imports \
          SET state = CASE state WHEN 'waiting' THEN 'running' ELSE state END, \
              started_at = CASE state WHEN 'undoing' THEN started_at ELSE COALESCE(started_at, $5) END, \
              lease_holder = $6, lease_until = $7 \
          WHERE user_id = $1 AND id = $2 AND state = $3 AND lease_until IS NOT DISTINCT FROM $4 \
          RETURNING"),
        (""),
        ready.user_id,
        ready.id,
        ready.state,
        ready.lease_until,
        now.to_utc(),
        lease.holder.as_slice(),
        lease.until.to_utc(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(import) = taken.map(Import::try_from).transpose()? else { return Ok(None) };
    let client = sqlx::query!(
        "SELECT region FROM clients WHERE user_id = $1 AND id = $2",
        ready.user_id,
        import.client_id.as_bytes().as_slice(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(client) = client else {
        discard!("", "WHERE i.user_id = $1 AND i.id = $2", ready.user_id, ready.id).execute(connection).await?;
        return Ok(None);
    };
    let user = id(&ready.user_id, "imports.user_id")?;
    Ok(Some(Claim { user, import, region: client.region.map(Region::from_stored), holder: lease.holder }))
}
