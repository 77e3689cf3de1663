//! Imports whose files are in the store are worked on by whichever server has a hand free.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::{Claim, Entropy, ImportEnd, ImportState, Tally};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{error, info, warn};

use super::failure::internal;
use super::patience::{Halt, done, patiently};
use super::staged::StagedFile;
use super::{End, Imported, Importer, new_lease};

/// How often is looked for work that nobody told of: of other servers, or left behind by them.
const LOOK: Duration = Duration::from_secs(5);

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
        loop {
            tokio::select! {
                biased;
                () = told(stopped.clone()) => break,
                Some(_) = at_work.join_next() => {}
                () = self.wake.notified() => {}
                _ = looks.tick() => {}
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
    /// Takes on no more, and waits for the steps that are being done: what isn't at its end then goes on on whichever
    /// server is there.
    pub async fn end(self) {
        // Whoever isn't there any more needn't be told.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            warn!(%error, "the work on imports had failed");
        }
    }
}

/// Ends when they are told to stop, or nobody is there who could tell.
async fn told(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|is_told| *is_told).await;
}

/// Works on one import. Whatever becomes of it, the others go on.
async fn work(importer: Importer, claim: Claim, stopped: watch::Receiver<bool>) {
    let id = claim.import.id;
    let is_undone = claim.import.state == ImportState::Undoing;
    let task = match is_undone {
        true => tokio::spawn(undo(importer.clone(), claim.clone(), stopped)),
        false => tokio::spawn(import(importer.clone(), claim.clone(), stopped)),
    };
    let Err(panicked) = task.await else { return };
    error!(import = %id, error = %panicked, "the work on an import broke off");
    if !is_undone {
        let end = ImportEnd::Failed(internal());
        if let Err(error) = importer.runs.finish(&claim, end, importer.end_times()).await {
            warn!(import = %id, %error, "the end of an import couldn't be noted");
        }
    }
}

async fn import(importer: Importer, claim: Claim, stopped: watch::Receiver<bool>) {
    let id = claim.import.id;
    info!(import = %id, rows.read = claim.import.progress.tally.read, "an import begins, or goes on");
    let file = StagedFile::of(Arc::clone(&importer.runs), claim.clone());
    let Imported { progress, end } = importer.run(&claim, file, told(stopped), |_| {}).await;
    let Tally { read, created, updated, unchanged, skipped, invalid } = progress.tally;
    let (how, error) = match end {
        End::Completed => ("completed", None),
        End::Stopped => ("stopped", None),
        End::Lost => ("lost", None),
        End::Failed(error) => ("failed", Some(error)),
    };
    info!(
        import = %id,
        how,
        error = error.map(tracing::field::display),
        rows.read = read,
        rows.created = created,
        rows.updated = updated,
        rows.unchanged = unchanged,
        rows.skipped = skipped,
        rows.invalid = invalid,
        "the work on an import ended"
    );
}

async fn undo(importer: Importer, claim: Claim, stopped: watch::Receiver<bool>) {
    let id = claim.import.id;
    info!(import = %id, "an import is being undone");
    match undo_all(&importer, &claim, stopped).await {
        Ok(()) => info!(import = %id, "an import is undone"),
        Err(Halt::Stopped | Halt::Lost) => {}
        Err(Halt::Failed(error)) => {
            warn!(import = %id, %error, "an import couldn't be undone; it is tried again when the lease is over");
        }
    }
}

async fn undo_all(importer: &Importer, claim: &Claim, stopped: watch::Receiver<bool>) -> Result<(), Halt> {
    let mut stop = std::pin::pin!(told(stopped.clone()));
    let step = |_| {
        let until = super::lease::until(importer.clock.now());
        let lease = roster_domain::Lease { holder: claim.holder, until };
        importer.runs.undo_step(claim, lease, importer.end_times())
    };
    while done(patiently(stop.as_mut(), step).await?)? {
        if *stopped.borrow() {
            return Err(Halt::Stopped);
        }
    }
    Ok(())
}
