//! The file is read on a thread of its own: whoever waits for a disk, a pipe or a person keeps nothing else waiting.

use std::thread;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::ImportError;
use crate::{Contacts, Failure, Row};

/// So many rows go into one act at most.
const ROWS: usize = 1_000;

/// And no more once they hold so many bytes.
const BYTES: usize = 1024 * 1024;

/// So many pieces wait to be taken, beside the one that is being read and the one that is being written.
const AHEAD: usize = 2;

/// Rows that were read one after the other.
#[derive(Default)]
pub struct Piece {
    pub rows: Vec<Row>,
    /// So many were read, counted one by one.
    pub read: u64,
    /// Where there are no more: whether that is the end of the file.
    pub end: Option<Result<(), Failure>>,
}

/// A file that is being read.
pub struct Reading(Receiver<Piece>);

impl Reading {
    /// Begins behind so many rows.
    pub fn begin(rows: Contacts<'static>, skip: u64) -> Result<Self, ImportError> {
        let (to, reading) = channel(AHEAD);
        let thread = thread::Builder::new().name("import".to_owned());
        thread.spawn(move || read(rows, skip, &to)).map_err(|_| ImportError::Reading)?;
        Ok(Self(reading))
    }

    /// The next rows. The last piece has the end, so that a thread that went without one isn't taken for it.
    pub async fn next(&mut self) -> Result<Piece, ImportError> {
        self.0.recv().await.ok_or(ImportError::Reading)
    }
}

/// Ends early where nobody takes it any more.
fn read(mut rows: Contacts<'static>, mut skip: u64, to: &Sender<Piece>) {
    loop {
        let mut piece = Piece::default();
        let mut bytes = 0;
        while piece.rows.len() < ROWS && bytes < BYTES && piece.end.is_none() {
            match rows.next() {
                Some(Ok(_)) if skip > 0 => skip -= 1,
                Some(Ok(row)) => {
                    bytes += row.original.as_str().len();
                    piece.rows.push(row);
                    piece.read += 1;
                }
                Some(Err(failure)) => piece.end = Some(Err(failure)),
                None => piece.end = Some(Ok(())),
            }
        }
        let is_last = piece.end.is_some();
        if to.blocking_send(piece).is_err() || is_last {
            return;
        }
    }
}
