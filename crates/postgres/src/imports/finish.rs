//! The end of the work on an import.

use roster_domain::ports::{EndTimes, Worked};
use roster_domain::{Claim, ImportEnd, ImportFailure};
use sqlx::PgPool;

use super::lease::{held_set, lost};

pub(super) async fn finish(pool: &PgPool, claim: &Claim, end: &ImportEnd, times: EndTimes) -> sqlx::Result<Worked<()>> {
    let is_held = match end {
        ImportEnd::Completed => complete(pool, claim, times).await?,
        ImportEnd::Failed(failure) => fail(pool, claim, failure, false, times).await?,
        ImportEnd::FailedForGood(failure) => fail(pool, claim, failure, true, times).await?,
        ImportEnd::Stopped => {
            release(pool, claim).await? || fail(pool, claim, &ImportFailure::stopped(), false, times).await?
        }
    };
    if is_held { Ok(Worked::Done(())) } else { lost(pool, claim).await }
}

async fn complete(pool: &PgPool, claim: &Claim, times: EndTimes) -> sqlx::Result<bool> {
    let held = held_set!(
        "state = 'completed', failure_code = NULL, failure_message = NULL, ended_at = $4, expires_at = $5, \
         lease_holder = NULL, lease_until = NULL, is_untidy = is_dry_run OR staged_bytes > 0",
        "state = 'running'",
        claim,
        times.ended_at.to_utc(),
        times.expires_at.to_utc(),
    );
    Ok(held.fetch_optional(pool).await?.is_some())
}

/// What it would need to go on stays, unless it is for good. Of a direct one it stays even then: its file is its caller's,
/// who may yet begin it again.
async fn fail(
    pool: &PgPool,
    claim: &Claim,
    failure: &ImportFailure,
    is_for_good: bool,
    times: EndTimes,
) -> sqlx::Result<bool> {
    let held = held_set!(
        "state = 'failed', failure_code = $4, failure_message = $5, is_untidy = $6 AND staged_bytes > 0, \
         ended_at = $7, expires_at = $8, lease_holder = NULL, lease_until = NULL",
        "state = 'running'",
        claim,
        failure.code,
        failure.message,
        is_for_good,
        times.ended_at.to_utc(),
        times.expires_at.to_utc(),
    );
    Ok(held.fetch_optional(pool).await?.is_some())
}

/// Leaves it to others, where others can work on it.
async fn release(pool: &PgPool, claim: &Claim) -> sqlx::Result<bool> {
    let held = held_set!(
        "state = CASE state WHEN 'running' THEN 'waiting' ELSE state END, lease_holder = NULL, lease_until = NULL",
        "(state = 'undoing' OR state = 'running' AND source = 'staged')",
        claim,
    );
    Ok(held.fetch_optional(pool).await?.is_some())
}
