//! A store that is away for a moment stops no import.

use std::pin::Pin;
use std::time::Duration;

use roster_domain::ports::{Result, StoreError, Worked};
use tokio::time::sleep;

use super::ImportError;

/// So many seconds are waited before the store is asked again, each time.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 16];

/// Why an import doesn't go on.
pub enum Halt {
    Stopped,
    Lost,
    Failed(ImportError),
}

impl<E: Into<ImportError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Asks the store, and asks again where it is unavailable or has too much to do, unless it is told to stop meanwhile.
/// Whoever asks hears how often it has done so before.
pub async fn patiently<T, A: Future<Output = Result<T>>>(
    mut stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    mut ask: impl FnMut(usize) -> A,
) -> std::result::Result<T, Halt> {
    for (times, pause) in PAUSES.into_iter().enumerate() {
        match ask(times).await {
            Err(StoreError::Unavailable(_) | StoreError::Overloaded) => {}
            answer => return Ok(answer?),
        }
        tokio::select! {
            biased;
            () = &mut stop => return Err(Halt::Stopped),
            () = sleep(Duration::from_secs(pause)) => {}
        }
    }
    Ok(ask(PAUSES.len()).await?)
}

/// What was done, unless nothing is done any more.
pub fn done<T>(worked: Worked<T>) -> std::result::Result<T, Halt> {
    match worked {
        Worked::Done(done) => Ok(done),
        Worked::Lost => Err(Halt::Lost),
        Worked::ClientGone => Err(ImportError::ClientGone.into()),
    }
}
