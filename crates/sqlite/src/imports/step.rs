//! A step: contacts, and all that is kept of it, in one transaction.

use roster_domain::{BatchClient, Claim, ImportChanges, ImportStep, OperationOutcome, Plan, StepAccount, StepDefect};
use rusqlite::{Connection, params};

use super::drafts::{self, Drafted};
use super::{changes, made, reports};
use crate::batches::{self, Sight, Stored};
use crate::query;
use crate::statements::statements;

statements! {
    ADVANCE = "UPDATE imports SET rows_read = rows_read + ?3, rows_created = rows_created + ?4,
            rows_updated = rows_updated + ?5, rows_unchanged = rows_unchanged + ?6, rows_skipped = rows_skipped + ?7,
            rows_invalid = rows_invalid + ?8, rows_reported = rows_reported + ?9, bytes_read = ?10,
            worked_millis = worked_millis + ?11, lease_until = ?12
        WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];
}

/// Does it, under a lease that holds. The account is judged before anything is written.
pub(super) fn step(
    connection: &Connection,
    claim: &Claim,
    step: &ImportStep,
    client: &BatchClient,
) -> rusqlite::Result<Result<Vec<OperationOutcome>, StepDefect>> {
    let (plan, account) = match planned(connection, claim, step, client)? {
        Ok(planned) => planned,
        Err(defect) => return Ok(Err(defect)),
    };
    if claim.import.is_dry_run {
        drafts::write(connection, claim, &plan)?;
    } else {
        batches::write(connection, claim.user, &plan)?;
        changes::note(connection, claim, &ImportChanges::of(&plan.outcomes))?;
    }
    reports::append(connection, claim, &account.report)?;
    advance(connection, claim, step, &account)?;
    Ok(Ok(plan.outcomes))
}

/// What comes of it, with what is there; to a dry run, as its earlier steps would have left it.
fn planned(
    connection: &Connection,
    claim: &Claim,
    step: &ImportStep,
    client: &BatchClient,
) -> rusqlite::Result<Result<(Plan, StepAccount), StepDefect>> {
    let lookup = step.batch.lookup(client.region.as_ref());
    let mut groups = batches::groups(connection, claim.user, client.id, &lookup)?;
    let drafted = Drafted(claim);
    let mut sight: &dyn Sight = &Stored;
    if claim.import.is_dry_run {
        groups.extend(made::noted(connection, claim, &lookup.groups)?);
        sight = &drafted;
    }
    let found = batches::found(connection, claim.user, client, &lookup, sight)?;
    Ok(step.planned(client, found, &groups))
}

fn advance(connection: &Connection, claim: &Claim, step: &ImportStep, account: &StepAccount) -> rusqlite::Result<()> {
    let tally = &account.tally;
    query::write(
        connection,
        ADVANCE,
        params![
            claim.user.as_bytes(),
            claim.import.id.as_bytes(),
            tally.read,
            tally.created,
            tally.updated,
            tally.unchanged,
            tally.skipped,
            tally.invalid,
            account.reported,
            step.bytes_read,
            step.worked_millis,
            step.lease_until.millis(),
        ],
    )?;
    Ok(())
}
