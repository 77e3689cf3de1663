//! A step of an import: what a batch does, and what is kept of it, in one transaction.

use std::time::Duration;

use roster_domain::ports::Worked;
use roster_domain::{Claim, ImportChanges, ImportStep, OperationOutcome, StepAccount, StepDefect};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lease::held_set;
use super::row::signed;
use super::{changes, drafts, groups};
use crate::batches::hold::{Holding, all_but_contacts, contacts};
use crate::batches::{Attempt, apart, write};
use crate::transaction::begin_patient;

/// What came of it.
pub(super) type Stepped = Result<Worked<Vec<OperationOutcome>>, StepDefect>;

pub(super) async fn attempt(
    pool: &PgPool,
    statement_timeout: Duration,
    claim: &Claim,
    step: &ImportStep,
) -> sqlx::Result<Attempt<Stepped>> {
    let mut transaction = begin_patient(pool, statement_timeout).await?;
    let mut held = match all_but_contacts(&mut transaction, &claim.scope(), &step.batch).await? {
        Holding::Held(held) => held,
        Holding::ClientGone => return Ok(Attempt::Done(Ok(Worked::ClientGone))),
        Holding::Behind(client) => return Ok(Attempt::Behind(client)),
    };
    let found = if claim.import.is_dry_run {
        held.groups.extend(groups::noted(&mut transaction, claim, &held.lookup.groups).await?);
        drafts::contacts(&mut transaction, claim, &held.lookup).await?
    } else {
        contacts(&mut transaction, claim.user, held.client.id, &held.lookup).await?
    };
    let asked = step.clone();
    let (plan, account) = match apart(move || asked.planned(&held.client, found, &held.groups)).await? {
        Ok(planned) => planned,
        Err(defect) => return Ok(Attempt::Done(Err(defect))),
    };
    if claim.import.is_dry_run {
        drafts::write(&mut transaction, claim, &plan).await?;
    } else {
        if !write::all(&mut transaction, claim.user, &plan).await? {
            return Ok(Attempt::Taken);
        }
        changes::record(&mut transaction, claim, &ImportChanges::of(&plan.outcomes)).await?;
    }
    if !keep_account(&mut transaction, claim, step, &account).await? {
        return Ok(Attempt::Done(Ok(Worked::Lost)));
    }
    transaction.commit().await?;
    Ok(Attempt::Done(Ok(Worked::Done(plan.outcomes))))
}

/// Says how far the import is by now. `false`: the lease is lost, or it is further already.
async fn keep_account(
    connection: &mut PgConnection,
    claim: &Claim,
    step: &ImportStep,
    account: &StepAccount,
) -> sqlx::Result<bool> {
    let (tally, has_report) = (account.tally, !account.report.is_empty());
    let held = held_set!(
        "rows_read = rows_read + $4, rows_created = rows_created + $5, rows_updated = rows_updated + $6, \
         rows_unchanged = rows_unchanged + $7, rows_skipped = rows_skipped + $8, rows_invalid = rows_invalid + $9, \
         rows_reported = rows_reported + $10, report_parts = report_parts + $11, bytes_read = $12, \
         worked_millis = worked_millis + $13, lease_until = $14",
        "state = 'running' AND rows_read = $15",
        claim,
        signed(tally.read),
        signed(tally.created),
        signed(tally.updated),
        signed(tally.unchanged),
        signed(tally.skipped),
        signed(tally.invalid),
        signed(account.reported),
        i64::from(has_report),
        signed(step.bytes_read),
        signed(step.worked_millis),
        step.lease_until.to_utc(),
        signed(step.rows_before),
    );
    let Some(parts) = held.fetch_optional(&mut *connection).await? else { return Ok(false) };
    if has_report {
        sqlx::query!(
            "INSERT INTO import_reports (user_id, import_id, number, lines) VALUES ($1, $2, $3, $4)",
            claim.user.as_bytes().as_slice(),
            Uuid::from(claim.import.id),
            parts - 1,
            account.report,
        )
        .execute(connection)
        .await?;
    }
    Ok(true)
}
