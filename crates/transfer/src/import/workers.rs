//! Imports whose files are in the store are worked on by whichever server has a hand free.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use roster_domain::{Claim, Entropy, ImportEnd, ImportState, Lease};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::{error, info, warn};

use super::failure::internal;
use super::lease::until;
use super::patience::{Halt, done, patiently};
use super::staged::StagedFile;
use super::{End, ImportError, Imported, Importer, new_lease};
use crate::log_tally;

/// How often is looked for work that nobody told of: of other servers, or left behind by them.
const LOOK: Duration = Duration::from_secs(5);

/// For so long none is taken after the store was away, or had too much to do.
const PAUSE: Duration = Duration::from_secs(30);

/// Works on the imports of one store, several at once. Several servers may do so.
pub struct ImportWorkers {
    /// Does the work.
    pub importer: Importer,
    /// Who works on an import is drawn.
    pub entropy: Arc<dyn Entropy>,
    /// Rung when there is work: a file is all there, or an import is to go on or to be undone.
    pub wake: Arc<Notify>,
}

/// Workers that work until they are told to end.
pub struct RunningWorkers {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl ImportWorkers {
    /// Looks for work now, whenever one is told of or has ended, and every few seconds.
    pub fn start(self, runtime: &Handle) -> RunningWorkers {
        let (stop, stopped) = watch::channel(false);
        let task = runtime.spawn(self.all(stopped));
        RunningWorkers { stop, task }
    }

    async fn all(self, stopped: watch::Receiver<bool>) {
        let mut at_work = JoinSet::new();
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut not_before = Instant::now();
        loop {
            tokio::select! {
                biased;
                () = told(stopped.clone()) => break,
                Some(left) = at_work.join_next() => {
                    if matches!(left, Ok(Left::StoreAway)) {
                        not_before = Instant::now() + PAUSE;
                    }
                }
                () = self.wake.notified() => {}
                _ = looks.tick() => {}
            }
            if Instant::now() < not_before {
                continue;
            }
            while at_work.len() < self.importer.limits.at_once
                && let Some(claim) = self.claim().await
            {
                at_work.spawn(work(self.importer.clone(), claim, stopped.clone()));
            }
        }
        while at_work.join_next().await.is_some() {}
    }

    /// The next one whose turn it is.
    async fn claim(&self) -> Option<Claim> {
        let now = self.importer.clock.now();
        let lease = new_lease(now, self.entropy.as_ref());
        let claim = self.importer.runs.claim(now, lease, self.importer.limits.of_one_user).await;
        claim.unwrap_or_else(|error| {
            warn!(%error, "imports couldn't be looked for; it is tried again in a moment");
            None
        })
    }
}

impl RunningWorkers {
    /// Has them take on no more, and leave behind the steps that are being done: what isn't at its end then goes on on
    /// whichever server is there.
    pub fn stop(&self) {
        // Whoever isn't there any more needn't be told.
        let _ = self.stop.send(true);
    }

    /// Has them stop, and waits until they have: from then on nothing of them asks the store.
    pub async fn end(self) {
        self.stop();
        if self.task.await.is_err() {
            warn!("the work on imports had broken off");
        }
    }
}

/// Ends when they are told to stop, or nobody is there who could tell.
async fn told(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|is_told| *is_told).await;
}

/// How the work on an import was left.
enum Left {
    /// At its end, or to others.
    Done,
    /// The store was away, or had too much to do.
    StoreAway,
}

impl Left {
    fn by(error: &ImportError) -> Self {
        if error.is_of_the_moment() { Self::StoreAway } else { Self::Done }
    }
}

/// Works on one import. Whatever becomes of it, the others go on.
async fn work(importer: Importer, claim: Claim, stopped: watch::Receiver<bool>) -> Left {
    let id = claim.import.id;
    let is_undone = claim.import.state == ImportState::Undoing;
    let task = match is_undone {
        true => tokio::spawn(undo(importer.clone(), claim.clone(), stopped)),
        false => tokio::spawn(import(importer.clone(), claim.clone(), stopped)),
    };
    if let Ok(left) = task.await {
        return left;
    }
    // What a panic says may hold what people wrote: it isn't logged.
    error!(import = %id, "the work on an import broke off: it panicked");
    if !is_undone {
        finish(&importer, &claim, ImportEnd::FailedForGood(internal())).await;
    }
    Left::Done
}

/// Notes an end that nobody waits for: where it can't be noted, the lease runs out.
async fn finish(importer: &Importer, claim: &Claim, end: ImportEnd) {
    if let Err(error) = importer.runs.finish(claim, end, importer.end_times()).await {
        warn!(import = %claim.import.id, %error, "the end of an import couldn't be noted");
    }
}

async fn import(importer: Importer, claim: Claim, stopped: watch::Receiver<bool>) -> Left {
    let id = claim.import.id;
    info!(import = %id, rows.read = claim.import.progress.tally.read, "an import begins, or goes on");
    let file = StagedFile::of(Arc::clone(&importer.runs), claim.clone());
    let Imported { progress, end } = importer.run(&claim, file, told(stopped), |_| {}).await;
    let (how, error) = match end {
        End::Completed => ("completed", None),
        End::Stopped => ("stopped", None),
        End::Lost => ("lost", None),
        End::Failed(error) => ("failed", Some(error)),
    };
    log_tally!(
        progress.tally,
        import = %id,
        how,
        error = error.as_ref().map(tracing::field::display),
        "the work on an import ended"
    );
    error.as_ref().map_or(Left::Done, Left::by)
}

async fn undo(importer: Importer, claim: Claim, stopped: watch::Receiver<bool>) -> Left {
    let id = claim.import.id;
    info!(import = %id, "an import is being undone");
    match undo_all(&importer, &claim, stopped).await {
        Ok(()) => info!(import = %id, "an import is undone"),
        Err(Halt::Lost) => {}
        // So that the next one needn't wait until the lease is over.
        Err(Halt::Stopped) => finish(&importer, &claim, ImportEnd::Stopped).await,
        Err(Halt::Failed(error)) => {
            warn!(import = %id, %error, "an import couldn't be undone; it is tried again when the lease is over");
            return Left::by(&error);
        }
    }
    Left::Done
}

async fn undo_all(importer: &Importer, claim: &Claim, stopped: watch::Receiver<bool>) -> Result<(), Halt> {
    let mut stop = pin!(told(stopped.clone()));
    let step = |_| {
        let lease = Lease { holder: claim.holder, until: until(importer.clock.now()) };
        importer.runs.undo_step(claim, lease, importer.end_times())
    };
    while done(patiently(stop.as_mut(), step).await?)? {
        if *stopped.borrow() {
            return Err(Halt::Stopped);
        }
    }
    Ok(())
}
