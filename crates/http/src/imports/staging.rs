//! A file on its way into the store. Unless it comes to its end, it is given up: also where whoever sent it is gone.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::ports::{ImportJobs, Receiving, Result as StoreResult, StagedPiece, Staging as Staged, StoreError};
use roster_domain::{Import, ImportId, ImportState, Lease, NewImport, Scope};
use tokio::runtime::Handle;

use super::refused;
use crate::error::Code;
use crate::failure::Failure;
use crate::in_time::in_time;
use crate::services::App;

/// For so long the store keeps what came though nothing more comes: longer than the slowest piece takes.
const LEASE: Duration = Duration::from_secs(300);

/// After so many seconds an import that waits may be done, and its file be gone.
const SOME_ARE_DONE: u32 = 30;

pub struct Staging {
    app: App,
    scope: Scope,
    id: ImportId,
    /// Drawn for this file.
    holder: [u8; 16],
    /// So many pieces are there.
    pieces: u64,
    /// Whether there is nothing to be given up.
    is_over: bool,
}

impl Staging {
    /// From now on its pieces may come.
    pub async fn begin(app: &App, scope: Scope, import: NewImport) -> Result<Self, Failure> {
        let mut holder = [0; 16];
        app.entropy.fill(&mut holder);
        let mut staging = Self { app: app.clone(), scope, id: import.id, holder, pieces: 0, is_over: false };
        let received = app.store.imports.receive(&scope, import, app.imports.staging, staging.lease());
        let refused = match in_time(app.deadlines.one, received).await? {
            Receiving::Begun(_) => return Ok(staging),
            Receiving::TooMany => {
                let message = "As many of your imports wait already as may; please try again later.";
                Failure::told(Code::RateLimited, message).after(SOME_ARE_DONE)
            }
            Receiving::NoRoom => no_room(),
            Receiving::ClientGone => Code::Unauthenticated.into(),
        };
        staging.is_over = true;
        Err(refused)
    }

    /// The next piece.
    pub async fn take(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        let piece = StagedPiece { number: self.pieces, bytes };
        let staged = match self.stage(piece.clone()).await {
            // Where its answer was lost it is there already, and is taken for the same.
            Err(StoreError::Unavailable(_)) => self.stage(piece).await?,
            staged => staged?,
        };
        match staged {
            Staged::Done => {
                self.pieces += 1;
                Ok(())
            }
            Staged::NoRoom => Err(no_room()),
            Staged::Gone => Err(no_longer_taken(&self.now().await?)),
        }
    }

    /// It is all there.
    pub async fn submit(mut self) -> Result<Import, Failure> {
        let submitted = match self.submitted().await {
            Err(StoreError::Unavailable(_)) => self.submitted().await?,
            submitted => submitted?,
        };
        let import = match submitted {
            Some(import) => import,
            // Where an answer was lost it is accepted already, and may even be in.
            None => self.now().await?,
        };
        if matches!(import.state, ImportState::Receiving | ImportState::Cancelled) {
            return Err(no_longer_taken(&import));
        }
        self.is_over = true;
        Ok(import)
    }

    async fn stage(&self, piece: StagedPiece) -> StoreResult<Staged> {
        let staged = self.jobs().stage(&self.scope, self.id, piece, self.app.imports.staging, self.lease());
        in_time(self.app.deadlines.bulk, staged).await
    }

    async fn submitted(&self) -> StoreResult<Option<Import>> {
        in_time(self.app.deadlines.one, self.jobs().submit(&self.scope, self.id)).await
    }

    /// Where it stands, unless it went with its client.
    async fn now(&self) -> Result<Import, Failure> {
        let import = in_time(self.app.deadlines.one, self.jobs().get(&self.scope, self.id)).await?;
        import.ok_or_else(|| Code::Unauthenticated.into())
    }

    fn jobs(&self) -> &Arc<dyn ImportJobs> {
        &self.app.store.imports
    }

    fn lease(&self) -> Lease {
        Lease { holder: self.holder, until: self.app.clock.now().plus(LEASE) }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // Where even that fails, the lease runs out.
        let (jobs, scope, id) = (Arc::clone(self.jobs()), self.scope, self.id);
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = jobs.give_up(&scope, id).await {
                    tracing::warn!(import.id = %id, error = %error, "a file that broke off could not be given up");
                }
            });
        }
    }
}

fn no_room() -> Failure {
    let message = "As many files wait already as there is room for; please try again later.";
    Failure::told(Code::Overloaded, message).after(SOME_ARE_DONE)
}

/// It was cancelled while it came.
fn no_longer_taken(import: &Import) -> Failure {
    refused(import, "its file is no longer taken")
}
