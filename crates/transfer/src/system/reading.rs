//! Files are read on threads of their own, a little ahead of what is done with them.

use std::thread;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::SystemError;
use crate::Failure;

/// So many documents are handed over at once.
const AT_ONCE: usize = 500;

/// So many pieces wait to be taken, beside the one that is being read.
const AHEAD: usize = 2;

/// Documents that were read one after the other.
pub struct Piece<T> {
    pub items: Vec<T>,
    /// Where there are no more: whether that is the end of the file.
    pub end: Option<Result<(), Failure>>,
}

/// A file that is being read.
pub struct Reading<T>(Receiver<Piece<T>>);

impl<T: Send + 'static> Reading<T> {
    pub fn begin(documents: impl Iterator<Item = Result<T, Failure>> + Send + 'static) -> Result<Self, SystemError> {
        let (to, reading) = channel(AHEAD);
        let thread = thread::Builder::new().name("moving in".to_owned());
        thread.spawn(move || read(documents, &to)).map_err(|_| SystemError::Reading)?;
        Ok(Self(reading))
    }

    /// The next ones. The last piece has the end, so that a thread that went without one isn't taken for it.
    pub async fn next(&mut self) -> Result<Piece<T>, SystemError> {
        self.0.recv().await.ok_or(SystemError::Reading)
    }
}

/// Ends early where nobody takes it any more.
fn read<T>(mut documents: impl Iterator<Item = Result<T, Failure>>, to: &Sender<Piece<T>>) {
    loop {
        let mut piece = Piece { items: Vec::with_capacity(AT_ONCE), end: None };
        while piece.items.len() < AT_ONCE && piece.end.is_none() {
            match documents.next() {
                Some(Ok(document)) => piece.items.push(document),
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
