//! Undoing what an import did: some contacts at a time, and behind the last of them the groups.

use std::time::Duration;

use roster_domain::ports::{EndTimes, UNDO_ROWS, Worked};
use roster_domain::{Claim, GroupId, Lease, Lookup, UndoCounts, UndoPlan};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lease::held_set;
use super::row::signed;
use super::{changes, groups};
use crate::batches::{apart, hold, write};
use crate::transaction::begin_patient;

/// Groups have a step of their own: they are locked before contacts.
pub(super) async fn step(
    pool: &PgPool,
    statement_timeout: Duration,
    claim: &Claim,
    lease: Lease,
    times: EndTimes,
) -> sqlx::Result<Worked<bool>> {
    let (user, mut transaction) = (claim.user, begin_patient(pool, statement_timeout).await?);
    let Some((client, _)) = hold::client(&mut transaction, &claim.scope()).await? else {
        return Ok(Worked::ClientGone);
    };
    let Some(after) = undone_up_to(&mut transaction, claim).await? else { return Ok(Worked::Lost) };
    let changes = changes::some_behind(&mut transaction, claim, &after, UNDO_ROWS).await?;
    let (is_held, has_more) = if let Some(last) = changes.last().map(|change| change.contact) {
        let named: Vec<GroupId> = changes.iter().filter_map(|change| change.back.as_ref()?.group_id).collect();
        let Some(known) = hold::groups(&mut transaction, user, &client, &named).await? else {
            return Ok(Worked::ClientGone);
        };
        let lookup = Lookup { ids: changes.iter().map(|change| change.contact).collect(), ..Lookup::default() };
        let found = hold::contacts(&mut transaction, user, client.id, &lookup).await?;
        let undo = apart(move || UndoPlan::of(changes, found, &client, &known, times.ended_at)).await?;
        write::all(&mut transaction, user, &undo.plan).await?;
        changes::note_left(&mut transaction, claim, &undo.left).await?;
        (go_on(&mut transaction, claim, last.as_bytes(), undo.counts, lease).await?, true)
    } else if groups::remove_some(&mut transaction, claim).await? {
        (go_on(&mut transaction, claim, &after, UndoCounts::default(), lease).await?, true)
    } else {
        (end(&mut transaction, claim, times).await?, false)
    };
    if !is_held {
        return Ok(Worked::Lost);
    }
    transaction.commit().await?;
    Ok(Worked::Done(has_more))
}

/// The contact up to which all are undone. `None`: the lease is lost.
async fn undone_up_to(connection: &mut PgConnection, claim: &Claim) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "SELECT undo_after AS \"undo_after!\" FROM imports \
         WHERE user_id = $1 AND id = $2 AND lease_holder = $3 AND state = 'undoing'",
        claim.user.as_bytes().as_slice(),
        Uuid::from(claim.import.id),
        claim.holder.as_slice(),
    )
    .fetch_optional(connection)
    .await
}

/// Says how far it is by now. `false`: the lease is lost.
async fn go_on(
    connection: &mut PgConnection,
    claim: &Claim,
    undone_up_to: &[u8],
    counts: UndoCounts,
    lease: Lease,
) -> sqlx::Result<bool> {
    let held = held_set!(
        "undo_after = $4, undo_removed = undo_removed + $5, undo_restored = undo_restored + $6, \
         undo_left = undo_left + $7, lease_until = $8",
        "state = 'undoing'",
        claim,
        undone_up_to,
        signed(counts.removed),
        signed(counts.restored),
        signed(counts.left),
        lease.until.to_utc(),
    );
    Ok(held.fetch_optional(connection).await?.is_some())
}

/// It is undone. `false`: the lease is lost.
async fn end(connection: &mut PgConnection, claim: &Claim, times: EndTimes) -> sqlx::Result<bool> {
    let held = held_set!(
        "state = 'undone', expires_at = $4, lease_holder = NULL, lease_until = NULL",
        "state = 'undoing'",
        claim,
        times.expires_at.to_utc(),
    );
    Ok(held.fetch_optional(connection).await?.is_some())
}
