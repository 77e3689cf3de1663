//! The file is read on a thread of its own: whoever waits for a disk, a pipe or a person keeps nothing else waiting, and
//! the rows behind those that are in the store's hands are made ready meanwhile.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use roster_domain::{Clock, Derived, IdSource, MatchBy, OnMatch, Operation};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::ImportError;
use super::operations::operation;
use crate::{Contacts, Counted, Failure, GroupReference, Hints, ImportRequest, Options, Original, Place, Row, Source};

/// So many rows go into one step at most.
const ROWS: usize = 2_000;

/// And no more once they hold so many bytes.
const BYTES: usize = 1024 * 1024;

/// So many pieces wait to be taken, beside the one that is being read and the one that is being written.
const AHEAD: usize = 2;

/// What a thread needs to make operations of what it reads.
pub struct Plan {
    pub request: ImportRequest,
    pub hints: Hints,
    pub reading: Options,
    /// So many rows are passed over, and not counted: those that are in already.
    pub skip: u64,
    pub ids: Arc<IdSource>,
    pub clock: Arc<dyn Clock>,
}

/// Rows that were read one after the other.
#[derive(Default)]
pub struct Piece {
    pub rows: Vec<Draft>,
    /// So many were read, counted one by one.
    pub read: u64,
    /// So many bytes of the file are read with them.
    pub bytes: u64,
    /// Where there are no more: whether that is the end of the file.
    pub end: Option<Result<(), Failure>>,
}

/// A row, and what is to be asked of the store for it.
pub struct Draft {
    pub at: Place,
    pub original: Original,
    /// What is wrong with it, and what was noted.
    pub said: String,
    /// `None`: nothing, since it is no good. It names no group yet.
    pub operation: Option<Operation>,
    /// What is derived of its contact for the client's region, as it was when the import was taken.
    pub derived: Option<Derived>,
    /// The group that the file names.
    pub group: Option<GroupReference>,
}

/// A file that is being read.
pub struct Reading(Receiver<Piece>);

impl Reading {
    /// Begins.
    pub fn begin(file: impl Read + Send + 'static, plan: Plan) -> Result<Self, ImportError> {
        let (to, reading) = channel(AHEAD);
        let thread = thread::Builder::new().name("import".to_owned());
        let read = move || {
            if let Err(failure) = read(file, &plan, &to) {
                // Nobody waits for it any more where the import has ended.
                let _ = to.blocking_send(Piece { end: Some(Err(failure)), ..Piece::default() });
            }
        };
        thread.spawn(read).map_err(|_| ImportError::Reading)?;
        Ok(Self(reading))
    }

    /// The next rows. The last piece has the end, so that a thread that went without one isn't taken for it.
    pub async fn next(&mut self) -> Result<Piece, ImportError> {
        self.0.recv().await.ok_or(ImportError::Reading)
    }
}

/// Ends early where nobody takes it any more.
fn read(file: impl Read + Send + 'static, plan: &Plan, to: &Sender<Piece>) -> Result<(), Failure> {
    let (file, bytes) = Counted::new(file);
    let source = Source::open(file, &plan.hints)?;
    let matching = plan.request.matching(source.is_dump());
    let mut rows = source.contacts(plan.reading.clone())?;
    let mut skip = plan.skip;
    loop {
        let mut piece = piece(&mut rows, &mut skip, |row| draft(row, matching, plan));
        piece.bytes = bytes.load(Ordering::Relaxed);
        let is_last = piece.end.is_some();
        if to.blocking_send(piece).is_err() || is_last {
            return Ok(());
        }
    }
}

fn piece(rows: &mut Contacts<'static>, skip: &mut u64, draft: impl Fn(Row) -> Draft) -> Piece {
    let mut piece = Piece::default();
    let mut bytes = 0;
    while piece.rows.len() < ROWS && bytes < BYTES && piece.end.is_none() {
        match rows.next() {
            Some(Ok(_)) if *skip > 0 => *skip -= 1,
            Some(Ok(row)) => {
                bytes += row.original.as_str().len();
                piece.rows.push(draft(row));
                piece.read += 1;
            }
            Some(Err(failure)) => piece.end = Some(Err(failure)),
            None => piece.end = Some(Ok(())),
        }
    }
    piece
}

fn draft(row: Row, (by, on_match): (MatchBy, OnMatch), plan: &Plan) -> Draft {
    let said = row.reason();
    let Row { at, original, outcome, .. } = row;
    let candidate = outcome.ok();
    let operation = candidate.as_ref().map(|candidate| operation(candidate, by, on_match, &plan.ids, plan.clock.now()));
    let derived = operation.as_ref().and_then(|operation| operation.derived(plan.reading.region.as_ref()));
    Draft { at, original, said, operation, derived, group: candidate.and_then(|candidate| candidate.group) }
}
