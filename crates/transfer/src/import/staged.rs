//! A file that is kept in the store, read piece by piece.

use std::future::pending;
use std::io::{self, Cursor, Read};
use std::pin::pin;
use std::sync::Arc;

use roster_domain::Claim;
use roster_domain::ports::{ImportRuns, StoreError};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::ImportError;
use super::patience::{Halt, patiently};

/// So many pieces wait to be read.
const AHEAD: usize = 2;

/// To be read on a thread that may wait. It ends in the last piece's end and nowhere else.
pub struct StagedFile {
    pieces: Receiver<Result<Option<Vec<u8>>, StoreError>>,
    piece: Cursor<Vec<u8>>,
    is_over: bool,
}

impl StagedFile {
    /// The file of this import. Its pieces are fetched by a task of the runtime that this is called on, until nobody
    /// reads them any more.
    pub fn of(runs: Arc<dyn ImportRuns>, claim: Claim) -> Self {
        let (to, pieces) = channel(AHEAD);
        tokio::spawn(async move { fetch(runs.as_ref(), &claim, &to).await });
        Self { pieces, piece: Cursor::default(), is_over: false }
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        self.pieces.blocking_recv().unwrap_or_else(|| Err(StoreError::failed("nobody fetches the file any more")))
    }
}

async fn fetch(runs: &dyn ImportRuns, claim: &Claim, to: &Sender<Result<Option<Vec<u8>>, StoreError>>) {
    for number in 0.. {
        let piece = match patiently(pin!(pending()), |_| runs.staged(claim, number)).await {
            Ok(piece) => Ok(piece),
            Err(Halt::Failed(ImportError::Store(error))) => Err(error),
            Err(_) => Err(StoreError::failed("the fetching of the file ended")),
        };
        let is_last = !matches!(piece, Ok(Some(_)));
        if to.send(piece).await.is_err() || is_last {
            return;
        }
    }
}

impl Read for StagedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() || self.is_over {
                return Ok(read);
            }
            match self.next().map_err(io::Error::other)? {
                Some(piece) => self.piece = Cursor::new(piece),
                None => self.is_over = true,
            }
        }
    }
}
