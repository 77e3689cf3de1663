//! A step of an import: some rows, what is asked of the store for them, and what is to be kept of what came of it.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::{Tally, Unsettled};
use crate::{Batch, BatchClient, Contact, GroupId, OperationOutcome, Plan, Timestamp};

/// Some rows of an import that go in as one act, together with the word on them.
#[derive(Clone)]
pub struct ImportStep {
    /// The operations: upserts and creates, one for each row that is good. A group that isn't the client's any more is
    /// left out: see [`Batch::without_unknown_groups`].
    pub batch: Arc<Batch>,
    /// Says what became of the rows, once it is known what becomes of the operations.
    pub accounts: Arc<dyn RowAccounts>,
    /// So many rows of the import are accounted for before these. Where it isn't so any more, as the step is done already
    /// and its answer was lost, it is taken for one whose lease is lost.
    pub rows_before: u64,
    /// So many bytes of the file are read with these rows.
    pub bytes_read: u64,
    /// For so many milliseconds it has been at work since the step before.
    pub worked_millis: u64,
    /// The lease holds until then, from this step on.
    pub lease_until: Timestamp,
}

/// A step that can't be done as it was asked for: a defect of whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepDefect {
    /// Its account doesn't add up.
    #[error(transparent)]
    Unsettled(#[from] Unsettled),
    /// Its rows go in each by itself.
    #[error("the batch of a step is atomic")]
    Atomic,
}

impl ImportStep {
    /// What comes of it: see [`Plan::of`], whose arguments these are.
    ///
    /// # Errors
    /// When it isn't to be done.
    pub fn planned(
        &self,
        client: &BatchClient,
        found: Vec<Contact>,
        groups: &HashSet<GroupId>,
    ) -> Result<(Plan, StepAccount), StepDefect> {
        let batch = self.batch.without_unknown_groups(groups);
        let plan = Plan::of(&batch, client, found, groups).map_err(|_| StepDefect::Atomic)?;
        let account = self.accounts.of(&plan.outcomes);
        account.tally.settled()?;
        Ok((plan, account))
    }
}

impl fmt::Debug for ImportStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportStep")
            .field("rows_before", &self.rows_before)
            .field("operations", &self.batch.operations.len())
            .field("bytes_read", &self.bytes_read)
            .finish_non_exhaustive()
    }
}

/// Tells what became of the rows of a step. A store asks within its transaction, perhaps more than once: it takes no
/// notice of anything but the outcomes.
pub trait RowAccounts: Send + Sync {
    /// Of the outcomes, one for each operation in their order.
    fn of(&self, outcomes: &[OperationOutcome]) -> StepAccount;
}

/// What is kept of a step, beside what it did to contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepAccount {
    /// What became of its rows: those that were read and those that are accounted for, counted apart. A store refuses
    /// one whose sums don't hold.
    pub tally: Tally,
    /// The part of the report that tells of them: whole lines.
    pub report: Vec<u8>,
    /// So many rows it tells of.
    pub reported: u64,
}
