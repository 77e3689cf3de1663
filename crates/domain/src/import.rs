//! Imports: files of contacts that go into a client, step by step, each row accounted for.

mod changes;
mod step;
mod tally;
mod undo;

pub use changes::{ImportChange, ImportChanges};
pub use step::{ImportStep, RowAccounts, StepAccount, StepDefect};
pub use tally::{RowOutcome, Tally, Unsettled};
pub use undo::{UndoPlan, UndoableChange};

use crate::values::Region;
use crate::{Caller, ClientId, ImportId, Scope, Timestamp, UserId};

/// A file that goes, or went, into one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// `_id`.
    pub id: ImportId,
    /// The client.
    pub client_id: ClientId,
    /// Where the rows come from.
    pub source: ImportSource,
    /// Where it stands.
    pub state: ImportState,
    /// Whether it only tells what would become of the rows.
    pub is_dry_run: bool,
    /// What was asked for, as the use case wrote it: for its eyes alone.
    pub options: String,
    /// What is known of the file.
    pub file: ImportFile,
    /// How far it is.
    pub progress: ImportProgress,
    /// Why it doesn't go on.
    pub failure: Option<ImportFailure>,
    /// What became of its contacts when it was undone, so far.
    pub undo: Option<UndoCounts>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its first row was looked at.
    pub started_at: Option<Timestamp>,
    /// When it came to its end, whichever that is.
    pub ended_at: Option<Timestamp>,
    /// When it is forgotten, with its report and with what is needed to undo it.
    pub expires_at: Option<Timestamp>,
}

/// Where the rows of an import come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportSource {
    /// A file that was handed over, and is kept in the store until it is in: any server may work on it.
    Staged,
    /// A file that only the program has that imports it.
    Direct,
}

impl ImportSource {
    /// Every source.
    pub const ALL: [Self; 2] = [Self::Staged, Self::Direct];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Direct => "direct",
        }
    }

    /// The source with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == word)
    }
}

/// Where an import stands.
///
/// ```text
///  receiving ─► waiting ─► running ─► completed ─► undoing ─► undone
///      │           │ ▲        │ │                     ▲
///      │           │ └────────┼─┴──► failed ──────────┤   (failed: may go on, or be undone)
///      └───────────┴──────────┴────► cancelled ───────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// Its file is being handed over.
    Receiving,
    /// The file is there, and it waits for its turn.
    Waiting,
    /// Its rows go in.
    Running,
    /// All its rows are accounted for.
    Completed,
    /// It couldn't go on; the rows before that are in.
    Failed,
    /// Somebody ended it; the rows before that are in.
    Cancelled,
    /// What it did is being undone.
    Undoing,
    /// What it did is undone.
    Undone,
}

impl ImportState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Receiving,
        Self::Waiting,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Undoing,
        Self::Undone,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether its rows may still go in, unless somebody ends it.
    #[must_use]
    pub const fn may_be_cancelled(self) -> bool {
        matches!(self, Self::Receiving | Self::Waiting | Self::Running)
    }

    /// Whether what it did may be undone.
    #[must_use]
    pub const fn may_be_undone(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// What is known of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportFile {
    /// What it is called.
    pub name: Option<String>,
    /// Its media type, as it was said.
    pub content_type: Option<String>,
    /// How long it is in bytes, as far as it is there; `None`: nobody knows.
    pub bytes: Option<u64>,
}

/// How far an import is. All of it is written together with the contacts of each step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportProgress {
    /// What became of the rows so far, from the first one on. Its sums hold.
    pub tally: Tally,
    /// So many rows the report tells of.
    pub reported: u64,
    /// So many bytes of the file are read.
    pub bytes_read: u64,
    /// It has been at work for so many milliseconds.
    pub worked_millis: u64,
}

/// Why an import doesn't go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFailure {
    /// A word for programs.
    pub code: String,
    /// The same for a person.
    pub message: String,
}

impl ImportFailure {
    /// Of a direct import that was told to stop.
    #[must_use]
    pub fn stopped() -> Self {
        Self { code: "stopped".to_owned(), message: "It was stopped, and can be gone on with.".to_owned() }
    }

    /// Of a direct import whose program is gone.
    #[must_use]
    pub fn broke_off() -> Self {
        Self {
            code: "broke_off".to_owned(),
            message: "The program that worked on it is gone; it can be gone on with.".to_owned(),
        }
    }
}

/// What became of the contacts of an import that is undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UndoCounts {
    /// So many that it made are gone again.
    pub removed: u64,
    /// So many that it changed are as they were before.
    pub restored: u64,
    /// So many were left as they are, since somebody else changed or deleted them.
    pub left: u64,
}

/// An import to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewImport {
    /// `_id`.
    pub id: ImportId,
    /// See [`Import::is_dry_run`].
    pub is_dry_run: bool,
    /// See [`Import::options`].
    pub options: String,
    /// See [`Import::file`].
    pub file: ImportFile,
    /// See [`Import::created_at`].
    pub created_at: Timestamp,
}

/// Who works on an import, and until when nobody else does. Whoever comes behind that takes it over with a lease of its
/// own, and from then on nothing is done under this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Drawn for each taking.
    pub holder: [u8; 16],
    /// Renewed by each step.
    pub until: Timestamp,
}

/// An import that somebody works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose it is.
    pub user: UserId,
    /// The import as it was taken: running, or undoing.
    pub import: Import,
    /// Where its client is at home.
    pub region: Option<Region>,
    /// Drawn for this taking: see [`Lease::holder`].
    pub holder: [u8; 16],
}

impl Claim {
    /// What the import reaches: its client, and nothing else.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        Caller::Client { user: self.user, client: self.import.client_id }.scope()
    }
}

/// How the work on an import ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportEnd {
    /// All rows are accounted for.
    Completed,
    /// It can't go on, unless what stood in its way goes away: its file is kept for that.
    Failed(ImportFailure),
    /// It can't go on, whoever tries: its file isn't needed any more.
    FailedForGood(ImportFailure),
    /// It was told to stop: to be gone on with, by whoever begins it again.
    Stopped,
}

/// A contact that was left as it is when its import was undone, or isn't quite what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// Which.
    pub contact: crate::ContactId,
    /// Why.
    pub reason: LeftReason,
}

/// Why an undone import left a contact as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftReason {
    /// Somebody has changed it since.
    Changed,
    /// Somebody has deleted it since.
    Gone,
    /// It is as it was before, but in the group it is in now: the one it was in has gone.
    GroupGone,
}

impl LeftReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Changed, Self::Gone, Self::GroupGone];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::GroupGone => "group_gone",
        }
    }

    /// The reason with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for state in ImportState::ALL {
            assert_eq!(ImportState::from_word(state.as_str()), Some(state));
        }
        for source in ImportSource::ALL {
            assert_eq!(ImportSource::from_word(source.as_str()), Some(source));
        }
        for reason in LeftReason::ALL {
            assert_eq!(LeftReason::from_word(reason.as_str()), Some(reason));
        }
        assert_eq!((ImportState::from_word("discarded"), LeftReason::from_word("")), (None, None));
    }
}
