//! Rows become contacts: two thousand a step, each row accounted for, and none twice whoever breaks off where.

mod accounts;
mod failure;
mod groups;
mod lease;
pub mod operations;
mod patience;
mod reading;
mod run;
mod staged;
mod workers;

use std::io::Read;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use roster_domain::ports::{self, EndTimes, GroupRepository, ImportJobs, ImportRuns, Worked};
use roster_domain::{Claim, Clock, IdSource, ImportEnd, ImportProgress, ImportSource, ImportState};
use tracing::warn;

use crate::Limits;
pub use failure::ImportError;
pub use lease::new_lease;
use patience::{Halt, done, patiently};
use run::Run;
pub use workers::{ImportWorkers, RunningWorkers};

/// Works on imports.
#[derive(Clone)]
pub struct Importer {
    /// Does the steps.
    pub runs: Arc<dyn ImportRuns>,
    /// Says how far an import is, where an answer was lost.
    pub jobs: Arc<dyn ImportJobs>,
    /// The groups that rows go to.
    pub groups: Arc<dyn GroupRepository>,
    /// Ids of new contacts and groups.
    pub ids: Arc<IdSource>,
    /// When that is.
    pub clock: Arc<dyn Clock>,
    /// How much at once, and for how long.
    pub limits: ImportLimits,
}

/// How much imports may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportLimits {
    /// How far a packed file may unpack.
    pub unpacked: Limits,
    /// How long after its end an import can be undone, and its report read.
    pub kept: Duration,
    /// So many imports are worked on at once by one process.
    pub at_once: usize,
    /// So many of them of one user, by all processes together.
    pub of_one_user: u32,
}

impl Default for ImportLimits {
    /// 30 days; four at once, two of one user.
    fn default() -> Self {
        let kept = Duration::from_secs(30 * 24 * 60 * 60);
        Self { unpacked: Limits::default(), kept, at_once: 4, of_one_user: 2 }
    }
}

/// How the work on an import ended.
#[derive(Debug)]
pub struct Imported {
    /// How far it is: what became of its rows so far, from the first one on. The sums hold.
    pub progress: ImportProgress,
    /// Why there was no more.
    pub end: End,
}

/// Why the work on an import ended.
#[derive(Debug)]
pub enum End {
    /// The file is at its end.
    Completed,
    /// It was told to stop: it can go on.
    Stopped,
    /// Somebody else works on it, or nobody is to any more.
    Lost,
    /// It can't go on, or one whose file is in the store waits for its turn again: see [`Importer::run`].
    Failed(ImportError),
}

impl From<Halt> for End {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Stopped => Self::Stopped,
            Halt::Lost => Self::Lost,
            Halt::Failed(error) => Self::Failed(error),
        }
    }
}

impl Importer {
    /// Takes the rows of this file into the client of an import that is the caller's, from where it is; what is asked of
    /// it, it says itself. `watch` hears after each step how far it is. Told to `stop`, it finishes the step it is in.
    ///
    /// A store that is away is asked again for half a minute. After that a direct import has failed. One whose file was
    /// handed over waits for its turn again, so that it needs nobody to go on when the store is back; but where no row went
    /// in since it was taken, it has failed as well: what stands in its way may not go away by itself, and has to be seen.
    ///
    /// The file is read from its beginning on, on a thread of its own, and no further ahead than a few steps.
    pub async fn run(
        &self,
        claim: &Claim,
        file: impl Read + Send + 'static,
        stop: impl Future<Output = ()> + Send,
        watch: impl FnMut(&ImportProgress) + Send,
    ) -> Imported {
        let mut stop = pin!(stop);
        let mut run = Run::of(self, claim, watch);
        let outcome = run.all(file, stop.as_mut()).await;
        let is_further = run.progress.tally.read > claim.import.progress.tally.read;
        let end = match (self.finish(claim, &outcome, is_further, stop).await, outcome) {
            (Ok(()), Ok(())) => End::Completed,
            (Err(halt), Ok(())) => halt.into(),
            // Of two failures the first one counts. With its client an import has gone as well.
            (finished, Err(halt)) => {
                if let Err(Halt::Failed(error)) = finished
                    && !matches!(error, ImportError::ClientGone)
                {
                    warn!(import = %claim.import.id, %error, "the end of an import couldn't be noted");
                }
                halt.into()
            }
        };
        Imported { progress: run.progress, end }
    }

    /// Notes how the work ended.
    async fn finish(
        &self,
        claim: &Claim,
        outcome: &Result<(), Halt>,
        is_further: bool,
        stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<(), Halt> {
        let end = match outcome {
            Ok(()) => ImportEnd::Completed,
            // Whoever stops has no time: where it can't be noted, the lease runs out.
            Err(Halt::Stopped) => return done(self.runs.finish(claim, ImportEnd::Stopped, self.end_times()).await?),
            Err(Halt::Lost) => return Ok(()),
            Err(Halt::Failed(error)) => match claim.import.source {
                ImportSource::Direct => ImportEnd::Failed(error.failure()),
                ImportSource::Staged if error.is_of_the_moment() && is_further => ImportEnd::Stopped,
                ImportSource::Staged => error.end(),
            },
        };
        done(patiently(stop, |times| self.try_finishing(claim, &end, times)).await?)
    }

    /// Notes it, unless it is noted by the time that it is asked for again: the answer was lost.
    async fn try_finishing(&self, claim: &Claim, end: &ImportEnd, times: usize) -> ports::Result<Worked<()>> {
        let state = match end {
            ImportEnd::Completed => ImportState::Completed,
            ImportEnd::Failed(_) | ImportEnd::FailedForGood(_) => ImportState::Failed,
            ImportEnd::Stopped => ImportState::Waiting,
        };
        if times > 0
            && let Some(import) = self.jobs.get(&claim.scope(), claim.import.id).await?
            && import.state == state
        {
            return Ok(Worked::Done(()));
        }
        self.runs.finish(claim, end.clone(), self.end_times()).await
    }

    /// That something ends now.
    fn end_times(&self) -> EndTimes {
        let ended_at = self.clock.now();
        EndTimes { ended_at, expires_at: ended_at.plus(self.limits.kept) }
    }
}
