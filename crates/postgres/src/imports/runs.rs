//! [`ImportRuns`]. What holds the client for long takes turns with batches.

use async_trait::async_trait;
use roster_domain::ports::{EndTimes, ImportRuns, Result, StoreError, Worked};
use roster_domain::{Claim, ContactGroup, ImportEnd, ImportStep, Lease, NewGroup, OperationOutcome, Timestamp};

use super::{claim, finish, groups, staging, step, undo};
use crate::PostgresStore;
use crate::batches::until_done;
use crate::transaction::again;

#[async_trait]
impl ImportRuns for PostgresStore {
    async fn claim(&self, now: Timestamp, lease: Lease, at_once: u32) -> Result<Option<Claim>> {
        let pool = self.pool.clone();
        self.act(async move { again(|| claim::claim(&pool, now, lease, at_once)).await }).await
    }

    async fn staged(&self, claim: &Claim, number: u64) -> Result<Option<Vec<u8>>> {
        let (pool, claim) = (self.pool.clone(), claim.clone());
        self.act(async move { staging::piece(&pool, &claim, number).await }).await
    }

    async fn create_group(
        &self,
        claim: &Claim,
        group: NewGroup,
        lease_until: Timestamp,
    ) -> Result<Worked<ContactGroup>> {
        let claim = claim.clone();
        self.act_in_turn(async move |pool, statement_timeout, _| {
            again(|| groups::create(&pool, statement_timeout, &claim, &group, lease_until)).await.map(Some)
        })
        .await
    }

    async fn step(&self, claim: &Claim, step: ImportStep) -> Result<Worked<Vec<OperationOutcome>>> {
        let claim = claim.clone();
        let stepped = self.act_in_turn(async move |pool, statement_timeout, until| {
            let attempt = || step::attempt(&pool, statement_timeout, &claim, &step);
            until_done(&pool, statement_timeout, claim.user, until, attempt).await
        });
        stepped.await?.map_err(StoreError::failed)
    }

    async fn finish(&self, claim: &Claim, end: ImportEnd, times: EndTimes) -> Result<Worked<()>> {
        let (pool, claim) = (self.pool.clone(), claim.clone());
        self.act(async move { finish::finish(&pool, &claim, &end, times).await }).await
    }

    async fn undo_step(&self, claim: &Claim, lease: Lease, times: EndTimes) -> Result<Worked<bool>> {
        let claim = claim.clone();
        self.act_in_turn(async move |pool, statement_timeout, _| {
            again(|| undo::step(&pool, statement_timeout, &claim, lease, times)).await.map(Some)
        })
        .await
    }
}
