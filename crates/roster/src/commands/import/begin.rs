//! A new import, or one that is gone on with.

use anyhow::{Context, bail};
use roster_domain::ports::{Beginning, Begun, ImportJobs};
use roster_domain::{Claim, Clock, ImportFile, ImportId, NewImport, Scope};
use roster_transfer::{ImportRequest, new_lease};

use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;

/// What is to be begun.
pub enum Begin {
    /// A new one, of which this is asked.
    New { request: ImportRequest, is_dry_run: bool },
    /// One that was stopped, or broke off.
    Again(ImportId),
}

impl Begin {
    /// Begins it with this file; from then on it is this program's to work on, whoever did so before.
    ///
    /// # Errors
    /// When there is no such import of the scope's client, or it was another file's, or it can't be gone on with.
    pub async fn with(self, imports: &dyn ImportJobs, scope: &Scope, file: &ImportFile) -> anyhow::Result<Claim> {
        let now = SystemClock.now();
        let beginning = match self {
            Self::New { request, is_dry_run } => Beginning::New(NewImport {
                id: ImportId::generate(now, &SystemEntropy),
                is_dry_run,
                options: request.to_text(),
                file: file.clone(),
                created_at: now,
            }),
            Self::Again(id) => {
                let import = imports.get(scope, id).await?.context(ABSENT)?;
                if let (Some(was), Some(is)) = (import.file.bytes, file.bytes)
                    && was != is
                {
                    bail!("the import was begun with another file: that one had {was} bytes, and this one has {is}");
                }
                Beginning::Again(id)
            }
        };
        match imports.begin(scope, beginning, new_lease(now, &SystemEntropy)).await? {
            Begun::Claimed(claim) => Ok(*claim),
            Begun::Absent => bail!(ABSENT),
            Begun::NotNow(state) => bail!("the import can't be gone on with from here: it is {}", state.as_str()),
        }
    }
}

const ABSENT: &str = "the client has no such import";
