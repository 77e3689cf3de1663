use async_trait::async_trait;

use super::Result;
use super::imports::EndTimes;
use crate::{Claim, ContactGroup, ImportEnd, ImportStep, Lease, NewGroup, OperationOutcome, Timestamp};

/// The work on imports: taken with a lease by one server at a time, over everybody's.
///
/// Whatever is done under a lease is done only while it is the newest one and the import is still being worked on: who
/// has lost it, since the lease ran out and somebody else took it or since it was cancelled, hears so and has done
/// nothing. Beside that a step says how many rows are in before it, and is done only then. So no row goes in twice,
/// whoever stops where.
#[async_trait]
pub trait ImportRuns: Send + Sync {
    /// Takes an import whose turn it is: one that waits, or is to be undone, or was left behind under a lease that is over
    /// at `now`. Not a direct one, unless it is to be undone. Users with fewer imports under way come first, and one with
    /// `at_once` of them has to wait; of one user's the oldest comes first. `None`: there is nothing to do.
    async fn claim(&self, now: Timestamp, lease: Lease, at_once: u32) -> Result<Option<Claim>>;

    /// A piece of its file, by its number; `None` behind the last.
    async fn staged(&self, claim: &Claim, number: u64) -> Result<Option<Vec<u8>>>;

    /// Makes a group in its client, notes that the import made it, and renews the lease until then. In a dry run it is only
    /// noted: no group is made, but the steps behind it know it.
    async fn create_group(
        &self,
        claim: &Claim,
        group: NewGroup,
        lease_until: Timestamp,
    ) -> Result<Worked<ContactGroup>>;

    /// Does a step in one act: what [`ContactBatches::apply`](super::ContactBatches::apply) says of a batch that isn't
    /// atomic holds for its operations, but that unknown groups are left out. With them goes all that is kept of it: how
    /// far the import is, its part of the report, and what is needed to undo it. Of a dry run nothing but that is written;
    /// what its steps would have written is found by those behind it.
    ///
    /// # Errors
    /// [`Failed`](super::StoreError::Failed) where [`ImportStep::planned`] refuses it: nothing is done then.
    async fn step(&self, claim: &Claim, step: ImportStep) -> Result<Worked<Vec<OperationOutcome>>>;

    /// Ends the work on it. A stopped one that was handed over waits for its turn again, a direct one has failed with the
    /// code `stopped`; one that was being undone is the next one's to go on with, and has no other end here.
    async fn finish(&self, claim: &Claim, end: ImportEnd, times: EndTimes) -> Result<Worked<()>>;

    /// Undoes some of what it did, and renews the lease: contacts that it made are removed, those that it changed are
    /// given back what they were, with a new time and revision; those that somebody else changed or deleted since are
    /// left as they are, and noted. Behind the last of them the groups that it made go, if they are empty and as they
    /// were made, and it is undone, and forgotten when these times say. Whether there may be more.
    async fn undo_step(&self, claim: &Claim, lease: Lease, times: EndTimes) -> Result<Worked<bool>>;
}

/// What became of some work on an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worked<T> {
    /// It is done.
    Done(T),
    /// The lease is lost: somebody else works on the import, or nobody is to any more. Nothing is done.
    Lost,
    /// The client is gone, and the import with it.
    ClientGone,
}
